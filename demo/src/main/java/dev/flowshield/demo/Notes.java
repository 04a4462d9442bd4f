package dev.flowshield.demo;

import dev.flowshield.demo.result.Comparison;
import dev.flowshield.demo.result.Results;
import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.HttpShield;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * The notes below the numbers about their reliability.
 *
 * @param shield the shield of the server, for its settings and its own counts
 */
record Notes(Comparison comparison, HttpShield shield) {

  String text() {
    StringJoiner lines = new StringJoiner(System.lineSeparator());
    for (Results run : comparison.runs()) {
      lines.add(String.format(
          Locale.ROOT,
          "%s, %.1f %% of the requests left within %d ms of their instant. Failed: %,d found no connection free,"
              + " %,d lost theirs, %,d waited in vain.",
          capital(run.name()),
          100 * run.leftWithin(Results.ON_TIME),
          Results.ON_TIME.toMillis(),
          run.ended(Answers.NO_CONNECTION),
          run.ended(Answers.BROKEN),
          run.ended(Answers.NO_ANSWER)));
    }
    lines.add(shield.toString());
    ShieldStats stats = shield.stats();
    lines.add(String.format(
        Locale.ROOT,
        "It counted %,d admitted, %,d over limit, %,d shed.",
        stats.admitted(),
        stats.overLimit(),
        stats.shed()));
    lines.add(String.format(
        Locale.ROOT,
        "Java %s on %s %s, %d processors.",
        Runtime.version(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors()));
    return lines.toString();
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
