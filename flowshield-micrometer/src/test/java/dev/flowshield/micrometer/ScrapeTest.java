package dev.flowshield.micrometer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import dev.flowshield.http.HttpShield;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What Prometheus gets from a registry, and what the dashboard and the alerts do with it. */
class ScrapeTest {

  private static final Pattern SERIES =
      Pattern.compile("(?m)^(flowshield_\\w+)(\\{[^}]*})? (\\S+)");
  private static final Pattern NAME = Pattern.compile("\\bflowshield_\\w+");
  private static final Pattern LABELS = Pattern.compile("by \\(([^)]*)\\)|(\\w+)=~?\"");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** A shield that has every meter. */
  private static HttpShield everything() {
    return HttpShield.builder()
        .perClient("100/s")
        .inFlight(InFlightLimit.auto())
        .streams(streams -> streams.most(100))
        .operations(operations -> operations.engine(engine -> engine
            .limit(Limit.each("trial", "1/s").shadow())
            .named(
                Limit.each("login", "5/min").withPenalty(Penalty.after(3, Duration.ofMinutes(1))))
            .named(Limit.each("shared", "5/min").withStore(new SilentStore()))))
        .build();
  }

  @Test
  void theDashboardAndTheAlertsUseEveryMeterAndNoOther() throws IOException {
    FlowShieldMetrics.monitor(registry, everything());

    Set<String> scraped = names(SERIES.matcher(registry.scrape()), 1);
    Set<String> shown = names(NAME.matcher(expressions(resource("grafana.json"))), 0);
    Set<String> watched = names(NAME.matcher(resource("alerts.yml")), 0);
    watched.removeIf(name -> !name.matches("flowshield_.*(_total|up|findings|pressure)"));

    assertThat(shown).isEqualTo(scraped);
    assertThat(scraped).containsAll(watched).isNotEmpty();
    assertThat(watched).hasSizeGreaterThan(6);
  }

  @Test
  void theDashboardUsesLabelsThatTheMetersHave() throws IOException {
    FlowShieldMetrics.monitor(registry, everything());
    Map<String, Set<String>> labels = new HashMap<>();
    for (Matcher series = SERIES.matcher(registry.scrape()); series.find(); ) {
      labels
          .computeIfAbsent(series.group(1), name -> new TreeSet<>())
          .addAll(
              names(Pattern.compile("(\\w+)=\"").matcher(Objects.toString(series.group(2))), 1));
    }

    for (String expression : expressions(resource("grafana.json")).lines().toList()) {
      Set<String> used = new TreeSet<>();
      for (Matcher label = LABELS.matcher(expression); label.find(); ) {
        used.addAll(
            Set.of(Objects.requireNonNullElse(label.group(1), label.group(2)).split(", ")));
      }
      for (Matcher name = NAME.matcher(expression); name.find(); ) {
        assertThat(labels.get(name.group())).as(expression).containsAll(used);
      }
    }
  }

  @Test
  void isOfTheVersionOfMicrometerThatTheBuildNames() {
    assertThat(MeterRegistry.class
            .getProtectionDomain()
            .getCodeSource()
            .getLocation()
            .getPath())
        .endsWith("micrometer-core-" + System.getProperty("micrometer.version") + ".jar");
  }

  @Test
  void nothingInItComesFromAClient() {
    HttpShield shield = everything();
    FlowShieldMetrics.monitor(registry, shield);
    for (int i = 0; i < 3; i++) {
      shield.engine().admit(Charge.of("login", "mallory\" } 1\nevil"));
    }

    assertThat(registry.scrape()).doesNotContain("mallory", "evil");
  }

  @Test
  void countsNeverFallWhileRequestsCollide() {
    FlowShield shield = FlowShield.builder()
        .limit("1000000/s burst 3")
        .perKey("1000000/s burst 2")
        .inFlight(InFlightLimit.of(1).shadow())
        .build();
    new FlowShieldMetrics("orders", shield).bindTo(registry);
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Void> storm = CompletableFuture.allOf(
        CompletableFuture.runAsync(() -> storm(shield, over)),
        CompletableFuture.runAsync(() -> storm(shield, over)));
    Map<String, Double> before = new HashMap<>();
    long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    while (System.nanoTime() < end) {
      Map<String, Double> now = counts();
      before.forEach(
          (series, count) -> assertThat(now.get(series)).as(series).isGreaterThanOrEqualTo(count));
      before = now;
    }
    over.set(true);
    storm.join();

    assertThat(before).hasSizeGreaterThan(15);
    assertThat(shield.stats().admitted()).isGreaterThan(1_000);
    assertThat(shield.stats().overLimit()).isPositive();
  }

  private Map<String, Double> counts() {
    Map<String, Double> counts = new HashMap<>();
    for (Matcher series = SERIES.matcher(registry.scrape()); series.find(); ) {
      if (series.group(1).endsWith("_total")) {
        counts.put(series.group(1) + series.group(2), Double.parseDouble(series.group(3)));
      }
    }
    return counts;
  }

  private static void storm(FlowShield shield, AtomicBoolean over) {
    while (!over.get()) {
      if (shield.admit("alice") instanceof Admitted admitted) {
        admitted.close();
      }
    }
  }

  @Test
  void hasAtMost64KilobytesForAHundredLimits() {
    var builder = FlowShield.builder().inFlight(200);
    for (int i = 0; i < 100; i++) {
      builder.named(Limit.each("policy-" + i, "100/s"));
    }
    FlowShield shield = builder.build();
    new FlowShieldMetrics("orders", shield).bindTo(registry);

    assertThat(registry.scrape().getBytes(UTF_8)).hasSizeLessThanOrEqualTo(64 * 1024);
  }

  private static Set<String> names(Matcher matcher, int group) {
    Set<String> names = new TreeSet<>();
    while (matcher.find()) {
      names.add(matcher.group(group));
    }
    return names;
  }

  /** Returns the queries of all panels, one a line. */
  private static String expressions(String dashboard) throws IOException {
    StringBuilder all = new StringBuilder();
    for (JsonNode panel : new ObjectMapper().readTree(dashboard).get("panels")) {
      panel
          .get("targets")
          .forEach(target -> all.append(target.get("expr").asText()).append('\n'));
    }
    return all.toString();
  }

  private static String resource(String name) {
    try (InputStream file =
        FlowShieldMetrics.class.getResourceAsStream("/META-INF/flowshield/" + name)) {
      return new String(Objects.requireNonNull(file, name).readAllBytes(), UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
