package dev.flowshield.demo.overload.server;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The protection in front of the work of a server.
 *
 * @param limit the maximum number of requests in flight; 0 if the protection adapts or has no limit
 */
public record Protection(Kind kind, int limit) {

  /** The kinds of protection. */
  public enum Kind {
    /** No protection. */
    NONE,
    /** A shield with an adaptive limit. */
    AUTO,
    /**
     * A shield with an adaptive limit that also sheds if more requests in flight do not increase
     * the throughput.
     */
    AUTO_PLATEAU,
    /** A shield with a fixed limit, chosen by someone who knows the work of the server. */
    HAND,
    /** Gradient2 of Netflix concurrency-limits, with the windows that it needs. */
    GRADIENT2,
    /** Vegas of Netflix concurrency-limits. */
    VEGAS,
    /** Vegas of Netflix concurrency-limits, with windows. */
    VEGAS_WINDOWED,
    /** The bulkhead of Resilience4j. */
    BULKHEAD,
    /**
     * A fixed limit of the server's own; if the server has a queue, the same number may wait there.
     */
    OWN,
    /**
     * A limit that rejects each request, to measure the minimum cost of a rejection on a server.
     */
    FULL
  }

  /** No protection. */
  public static final Protection NONE = new Protection(Kind.NONE, 0);

  /** A shield with its default settings. */
  public static final Protection AUTO = new Protection(Kind.AUTO, 0);

  /** A shield that also sheds while the processors are idle. */
  public static final Protection AUTO_PLATEAU = new Protection(Kind.AUTO_PLATEAU, 0);

  private static final Pattern TITLE = Pattern.compile("(\\w+(?: [a-z]+)*)(?: (\\d+))?");
  private static final int BULKHEAD_DEFAULT = 25;

  /** Returns all protections of a server's work. */
  public static List<Protection> all(ServerKind server, Work work, int processors) {
    Stream<Protection> byHand =
        work.byHand(processors).mapToObj(limit -> new Protection(Kind.HAND, limit));
    Stream<Protection> own = server.hasOwnLimit()
        ? work.byHand(processors).mapToObj(limit -> new Protection(Kind.OWN, limit))
        : Stream.empty();
    Stream<Protection> peers = Stream.of(
        new Protection(Kind.GRADIENT2, 0),
        new Protection(Kind.VEGAS, 0),
        new Protection(Kind.VEGAS_WINDOWED, 0),
        new Protection(Kind.BULKHEAD, BULKHEAD_DEFAULT));
    return Stream.of(
            Stream.of(NONE, AUTO, AUTO_PLATEAU),
            byHand,
            peers,
            own,
            Stream.of(new Protection(Kind.FULL, 0)))
        .flatMap(protections -> protections)
        .toList();
  }

  /** Parses a title. */
  static Protection parse(String title) {
    Matcher words = TITLE.matcher(title);
    if (!words.matches()) {
      throw new IllegalArgumentException(
          "a protection must be a kind and at most one number, got " + title);
    }
    String kind = words.group(1).replace(' ', '_').toUpperCase(Locale.ROOT);
    String limit = words.group(2);
    return new Protection(Kind.valueOf(kind), limit == null ? 0 : Integer.parseInt(limit));
  }

  /** Returns the name in a table, such as {@code hand 12}. */
  public String title() {
    String name = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return limit == 0 ? name : name + " " + limit;
  }
}
