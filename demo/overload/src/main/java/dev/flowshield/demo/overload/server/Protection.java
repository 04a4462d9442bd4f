package dev.flowshield.demo.overload.server;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A choice of what stands in front of a server's work.
 *
 * @param limit how many requests may be in flight; 0 if the protection finds or ignores that
 */
public record Protection(Kind kind, int limit) {

  /** The kinds of protection. */
  public enum Kind {
    /** Nothing. */
    NONE,
    /** A shield that finds its cap by itself. */
    AUTO,
    /** The same, which also sheds where more in flight brings no more throughput. */
    AUTO_PLATEAU,
    /** A shield with a cap that was set by hand, by someone who knows what the server does. */
    HAND,
    /** Gradient2 of Netflix concurrency-limits, in the windows that it needs. */
    GRADIENT2,
    /** Vegas of Netflix concurrency-limits. */
    VEGAS,
    /** The same in windows. */
    VEGAS_WINDOWED,
    /** The bulkhead of Resilience4j. */
    BULKHEAD,
    /** A cap that the server brings, set by hand; if it brings a queue, as many may wait there. */
    OWN,
    /** A cap that rejects each request, as the least that a rejection costs on a server. */
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
