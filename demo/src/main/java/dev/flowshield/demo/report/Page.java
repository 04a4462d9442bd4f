package dev.flowshield.demo.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.demo.result.Comparison;
import dev.flowshield.demo.result.Comparison.Row;
import dev.flowshield.demo.result.Outcome;
import dev.flowshield.demo.result.Results;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Objects;

/**
 * The page: text, plots and table in one file.
 *
 * @param comparison the comparison in the table
 * @param introduction the lines above the numbers
 * @param notes the lines below the numbers
 * @param plots the picture as a URI that contains it, or an empty string
 */
record Page(Comparison comparison, String introduction, String notes, String plots) {

  private static final String PICTURE =
      "Two plots over time: requests served in time, and the 99th percentile of latency";

  String html() throws IOException {
    try (InputStream frame = Page.class.getResourceAsStream("page.html")) {
      return new String(Objects.requireNonNull(frame, "page.html").readAllBytes(), UTF_8)
          .replace("{{rows}}", rows())
          .replace("{{recoveries}}", recoveries())
          .replace("{{disturbances}}", disturbances())
          .replace("{{introduction}}", escaped(introduction))
          .replace("{{notes}}", escaped(notes))
          .replace(
              "{{plots}}",
              plots.isEmpty() ? "" : "<img alt=\"" + PICTURE + "\" src=\"" + plots + "\">");
    }
  }

  private String rows() {
    StringBuilder rows = new StringBuilder();
    int runs = comparison.runs().size();
    int number = 0;
    for (Row row : comparison.rows()) {
      int run = number++ % runs;
      rows.append(String.format(
          Locale.ROOT,
          "<tr%s><td>%s</td><td><i class=\"run%d\"></i>%s</td><td>%,d</td><td>%,d</td><td>%d</td>"
              + "<td>%,d</td><td>%,d</td><td>%,d</td><td>%,d</td><td>%s</td></tr>%n",
          run == 0 ? " class=\"first\"" : "",
          run == 0 ? escaped(row.phase()) : "",
          run,
          escaped(row.run()),
          row.tally().offered(),
          row.tally().of(Outcome.IN_TIME),
          row.ofCapacity(),
          row.tally().of(Outcome.LATE),
          row.tally().of(Outcome.OVER_LIMIT),
          row.tally().of(Outcome.SHED),
          row.tally().of(Outcome.FAILED),
          row.served().text(99)));
    }
    return rows.toString();
  }

  private String recoveries() {
    StringBuilder text = new StringBuilder("Recovery after the spike:");
    for (Results run : comparison.runs()) {
      text.append(String.format(
          " %s <b>%s</b>;", escaped(run.name()), run.recoveryAfter(comparison.spike())));
    }
    text.setCharAt(text.length() - 1, '.');
    return text.toString();
  }

  private String disturbances() {
    StringBuilder text = new StringBuilder();
    for (Results run : comparison.disturbed()) {
      text.append(String.format(
          "<p><b>Disturbed: %s.</b> %s.</p>%n", escaped(run.name()), run.disturbance()));
    }
    return text.toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
