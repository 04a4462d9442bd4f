package dev.flowshield.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Request;
import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The meters of a shield, and their values. */
class FlowShieldMetricsTest {

  private final ManualTicker ticker = ManualTicker.atZero();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void countsEachDecision() {
    FlowShield shield =
        FlowShield.builder().perKey("1/s").inFlight(1).ticker(ticker).build();
    new FlowShieldMetrics("orders", shield).bindTo(registry);

    Admitted running = (Admitted) shield.admit("alice");
    shield.admit("alice");
    shield.admit("bob");
    running.failed();

    assertThat(count("flowshield.decisions", "outcome", "admitted")).isOne();
    assertThat(count("flowshield.decisions", "outcome", "over_limit")).isOne();
    assertThat(count("flowshield.decisions", "outcome", "shed")).isOne();
    assertThat(count("flowshield.shed", "class", "default")).isOne();
    assertThat(count("flowshield.rejections", "limit", "key", "reason", "over_limit"))
        .isOne();
    assertThat(count("flowshield.admissions", "limit", "key")).isOne();
    assertThat(value("flowshield.inflight")).isOne();
    assertThat(value("flowshield.inflight.limit")).isOne();
    running.close();
    assertThat(value("flowshield.inflight")).isZero();
    assertThat(count("flowshield.ended", "outcome", "failed")).isOne();
  }

  @Test
  void countsPermitsOfRequestsThatCostOtherThanOne() {
    FlowShield shield = FlowShield.builder()
        .named(Limit.each("tokens", "1000/min"))
        .ticker(ticker)
        .build();
    new FlowShieldMetrics("ai", shield).bindTo(registry);

    Admitted less = reserve(shield, 100);
    less.settle(30);
    Admitted more = reserve(shield, 10);
    more.settle(25);

    assertThat(count("flowshield.permits", "kind", "taken")).isEqualTo(110);
    assertThat(count("flowshield.permits", "kind", "returned")).isEqualTo(70);
    assertThat(count("flowshield.permits", "kind", "beyond")).isEqualTo(15);
    assertThat(count("flowshield.admissions", "limit", "tokens")).isEqualTo(2);
  }

  private static Admitted reserve(FlowShield shield, long permits) {
    return (Admitted)
        shield.admit(Request.of(Charge.of("tokens", "acme", permits)).reserved());
  }

  @Test
  void countsTheRequestsOfAShadowApart() {
    FlowShield shield = FlowShield.builder()
        .limit(Limit.each("trial", "1/s").shadow())
        .ticker(ticker)
        .build();
    new FlowShieldMetrics("orders", shield).bindTo(registry);
    shield.admit("alice");
    shield.admit("alice");

    assertThat(count("flowshield.shadow.rejections", "limit", "trial")).isOne();
    assertThat(registry.find("flowshield.rejections").meters()).isEmpty();
    assertThat(count("flowshield.decisions", "outcome", "over_limit")).isZero();
  }

  @Test
  void measuresTheWaitsOfRequests() {
    FlowShield shield = FlowShield.builder().perKey("1/s").ticker(ticker).build();
    new FlowShieldMetrics("orders", shield).bindTo(registry);
    shield.admit("alice");
    var waiting = shield.admitAsync(Request.of("alice"), Duration.ofSeconds(5));
    assertThat(value("flowshield.waiting")).isOne();
    ticker.advance(Duration.ofSeconds(1));

    assertThat(waiting).isDone();
    assertThat(value("flowshield.waiting")).isZero();
    var timer = registry.get("flowshield.waits").functionTimer();
    assertThat(timer.count()).isOne();
    assertThat(timer.totalTime(java.util.concurrent.TimeUnit.MILLISECONDS)).isEqualTo(1_000);
  }

  @Test
  void hasNoValueForACapThatIsAbsent() {
    HttpShield shield = HttpShield.builder().perClient("10/s").build();
    FlowShieldMetrics.monitor(registry, shield);

    assertThat(value("flowshield.inflight.limit")).isNaN();
    assertThat(value("flowshield.streams.limit")).isNaN();
    assertThat(registry.find("flowshield.overload.limit").meters()).isEmpty();
    assertThat(registry.find("flowshield.store.up").meters()).isEmpty();
  }

  @Test
  void showsEachStoreOnceAndNeverItsAddress() {
    SilentStore store = new SilentStore();
    FlowShield shield = FlowShield.builder()
        .perKey("1/s")
        .named(Limit.each("tenant", "1/s"))
        .named(Limit.each("own", "1/s").withStore(new SilentStore()))
        .store(store)
        .build();
    new FlowShieldMetrics("orders", shield).bindTo(registry);

    assertThat(registry.find("flowshield.store.up").gauges())
        .extracting(gauge -> gauge.getId().getTag("store"))
        .containsExactlyInAnyOrder("default", "2");
    assertThat(value("flowshield.store.up", "store", "default")).isZero();
    assertThat(count("flowshield.store.requests", "store", "2", "outcome", "answered"))
        .isEqualTo(70);
    assertThat(count("flowshield.store.bypassed", "store", "2")).isEqualTo(12);
  }

  @Test
  void givesTheFirstLimitsSeriesOfTheirOwnAndTheOthersOneTogether() {
    var builder = FlowShield.builder().ticker(ticker);
    for (int i = 0; i < 5_000; i++) {
      builder.named(Limit.each("policy-" + i, "1/s"));
    }
    FlowShield shield = builder.named(Limit.each("trial", "1/s").shadow()).build();
    new FlowShieldMetrics("orders", shield).bindTo(registry);
    shield.admit(Charge.of("policy-7", "alice"));
    shield.admit(Charge.of("policy-100", "alice"));
    shield.admit(Charge.of("policy-4999", "alice"));

    assertThat(registry.getMeters()).hasSizeLessThanOrEqualTo(45 + 12 * 101);
    assertThat(count("flowshield.admissions", "limit", "policy-7")).isOne();
    assertThat(count("flowshield.admissions", "limit", "(other)")).isEqualTo(2);
    assertThat(registry.find("flowshield.admissions").tag("limit", "policy-100").meters())
        .isEmpty();
  }

  @Test
  void hasNoSeriesForASingleLimitIfThatIsWanted() {
    FlowShield shield = FlowShield.builder().perKey("1/s").ticker(ticker).build();
    new FlowShieldMetrics("orders", shield)
        .withMostLimits(0)
        .withTags(Tags.of("region", "north"))
        .bindTo(registry);
    shield.admit("alice");

    assertThat(count("flowshield.admissions", "limit", "(other)", "region", "north"))
        .isOne();
  }

  @Test
  void rejectsASecondShieldOfTheSameNameAndMetersThatCannotBe() {
    HttpShield first = HttpShield.builder().perClient("10/s").build();
    FlowShieldMetrics.monitor(registry, first);

    assertThatThrownBy(() -> FlowShieldMetrics.monitor(
            registry, HttpShield.builder().perClient("10/s").build()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("name must be another for each shield of a registry, got 'default' twice: name"
            + " one of them, as in operations(o -> o.name(\"orders\")), and register each once");
    FlowShieldMetrics.monitor(
        registry,
        HttpShield.builder().perClient("10/s").operations(o -> o.name("orders")).build());
    assertThat(registry.find("flowshield.inflight").gauges()).hasSize(2);
    assertThatThrownBy(() -> new FlowShieldMetrics(first).withMostLimits(1_001))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("mostLimits must be 0 to 1,000, got 1001: ");
    assertThatThrownBy(() -> new FlowShieldMetrics(" ", first.engine()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("name must not be blank, got ' ': ");
  }

  @Test
  void goesOnCountingWhenNothingButTheShieldIsLeft() {
    FlowShield shield = FlowShield.builder().perKey("100/s").build();
    new FlowShieldMetrics("orders", shield).bindTo(registry);
    collect();
    shield.admit("alice");

    assertThat(count("flowshield.decisions", "outcome", "admitted")).isOne();
    assertThat(count("flowshield.admissions", "limit", "key")).isOne();
  }

  @Test
  void keepsNoShieldAlive() {
    WeakReference<HttpShield> shield = monitored();

    await().untilAsserted(() -> {
      collect();
      assertThat(shield.get()).isNull();
    });
    assertThat(registry.getMeters()).isNotEmpty();
  }

  private WeakReference<HttpShield> monitored() {
    return new WeakReference<>(FlowShieldMetrics.monitor(
        registry,
        HttpShield.builder().perClient("10/s").inFlight(InFlightLimit.auto()).build()));
  }

  private static void collect() {
    System.gc();
  }

  private double count(String name, String... tags) {
    double sum = 0;
    for (FunctionCounter counter : registry.get(name).tags(tags).functionCounters()) {
      sum += counter.count();
    }
    return sum;
  }

  private double value(String name, String... tags) {
    Meter meter = registry.get(name).tags(tags).meter();
    return meter.measure().iterator().next().getValue();
  }
}
