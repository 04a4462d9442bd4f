package dev.flowshield.demo.overload.load;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The report of a client about a load that it has sent. A request counts in the span in which it
 * was due, regardless of the time of its response.
 *
 * @param phases the phases in order
 * @param seconds the seconds in order; the last one may be shorter than a second
 * @param total all phases together
 * @param client the figures of the client itself
 */
public record LoadReport(List<Span> phases, List<Span> seconds, Span total, Span client) {

  private static final String PHASE = "phase";
  private static final String SECOND = "second";
  private static final String TOTAL = "total";
  private static final String CLIENT = "client";

  public LoadReport {
    phases = List.copyOf(phases);
    seconds = List.copyOf(seconds);
  }

  /**
   * Parses the lines of a client, each a word and the figures of a span.
   *
   * @throws IllegalArgumentException if a line has another form, or if one is missing
   */
  static LoadReport parse(List<String> lines) {
    List<Span> phases = new ArrayList<>();
    List<Span> seconds = new ArrayList<>();
    List<Span> total = new ArrayList<>();
    List<Span> client = new ArrayList<>();
    for (String line : lines) {
      String word = line.split(" ", 2)[0];
      List<Span> spans = switch (word) {
        case PHASE -> phases;
        case SECOND -> seconds;
        case TOTAL -> total;
        case CLIENT -> client;
        default ->
          throw new IllegalArgumentException(
              "a line of a load client must begin with phase, second, total or client, got "
                  + line);
      };
      spans.add(Span.parse(line.substring(word.length())));
    }
    if (phases.isEmpty() || total.size() != 1 || client.size() != 1) {
      throw new IllegalArgumentException(
          "a load client must report phases, one total and one line about itself, got " + lines);
    }
    return new LoadReport(phases, seconds, total.get(0), client.get(0));
  }

  /** Returns the lines that {@link #parse} reads. */
  public List<String> lines() {
    return Stream.of(
            phases.stream().map(span -> line(PHASE, span)),
            seconds.stream().map(span -> line(SECOND, span)),
            Stream.of(line(TOTAL, total), line(CLIENT, client)))
        .flatMap(lines -> lines)
        .toList();
  }

  private static String line(String word, Span span) {
    return word + " " + span.text();
  }
}
