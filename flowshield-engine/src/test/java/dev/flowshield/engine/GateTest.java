package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Criticality;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.Outcome;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a gate is told, and that it gets back each slot that it gave, once. */
class GateTest {

  /** A gate that numbers its slots and writes down what it hears. */
  private static final class Recorder implements Gate {

    final List<String> heard = new ArrayList<>();
    final List<Integer> routes = new ArrayList<>();
    private long next = LARGEST_SLOT;
    private int count;

    @Override
    public boolean readsTime() {
      return true;
    }

    @Override
    public long tryEnter(long hash, Criticality criticality, int route, long now) {
      String what = criticality == Criticality.DEFAULT ? "enter " : "enter " + criticality + " ";
      heard.add(what + (hash == ActiveLimit.ALL ? "any" : "a key") + " at " + now);
      routes.add(route);
      count++;
      return next--;
    }

    @Override
    public void ended(long slot, Outcome outcome, long now) {
      heard.add("ended " + (LARGEST_SLOT - slot) + " " + outcome + " at " + now);
    }

    @Override
    public void release(long slot) {
      heard.add("released " + (LARGEST_SLOT - slot));
      count--;
    }

    @Override
    public boolean isBeyondLimit(long slot) {
      return false;
    }

    @Override
    public int count() {
      return count;
    }

    @Override
    public int limit() {
      return Integer.MAX_VALUE;
    }

    @Override
    public void limit(int other) {
      heard.add("limit " + other);
    }
  }

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Recorder gate = new Recorder();
  private final FlowShield shield = FlowShield.builder()
      .perKey("2/s")
      .named(Limit.together("all", "9/day"))
      .gate(gate)
      .ticker(ticker)
      .build();

  private Admitted admit() {
    return (Admitted) shield.admit("alice");
  }

  @Test
  void getsEachSlotBackOnceWithItsOutcomeAndTheTime() {
    Admitted first = admit();
    ticker.advance(Duration.ofNanos(5));
    Admitted second = admit();
    ticker.advance(Duration.ofNanos(7));

    second.failed();
    second.close();
    second.close();
    first.close();
    first.failed();
    first.close();

    assertThat(gate.heard)
        .containsExactly(
            "enter a key at 0",
            "enter a key at 5",
            "ended 1 FAILED at 12",
            "released 1",
            "ended 0 SUCCESS at 12",
            "released 0");
  }

  @Test
  void keepsTheOutcomeThatWasSaidLast() {
    Admitted admitted = admit();

    admitted.failed();
    admitted.ignored();
    admitted.close();

    assertThat(gate.heard).endsWith("ended 0 IGNORED at 0", "released 0");
  }

  @Test
  void isNotAskedForAPlaceByWhatALimitRejects() {
    admit();
    admit();
    gate.heard.clear();

    assertThat(shield.admit("alice")).isInstanceOf(OverLimit.class);
    assertThat(gate.heard).isEmpty();
  }

  @Test
  void hearsOfTheKeyWhereChargesAreNamed() {
    shield.admit(Charge.of("key", "bob"));
    shield.admit(Charge.of("all"));

    assertThat(gate.heard).containsExactly("enter a key at 0", "enter any at 0");
  }

  @Test
  void hearsWhichRequestsAreChargedTheSameLimits() {
    shield.admit("alice");
    shield.admit(Charge.of("key", "bob"));
    shield.admit(Charge.of("all"));
    shield.admit(shield.limitSet("all").withCriticality(Criticality.CRITICAL), "");
    shield.admit(Request.of("bob").withCriticality(Criticality.SHEDDABLE));
    shield.admit(Request.of("carol"));

    List<Integer> routes = gate.routes;
    assertThat(routes.subList(0, 3)).doesNotHaveDuplicates().startsWith(Gate.NO_ROUTE);
    assertThat(routes.subList(3, 6)).containsExactly(routes.get(2), Gate.NO_ROUTE, Gate.NO_ROUTE);
  }

  @Test
  void hearsTheRouteThatIsSaid() {
    shield.admit(Request.of("alice").onRoute(7).withCriticality(Criticality.CRITICAL));
    shield.admit(
        Request.of(Charge.of("all")).withCriticality(Criticality.CRITICAL).onRoute(-1));
    shield.admit(shield.limitSet("all").onRoute(64 + 9), "");
    shield.admitAsync(Request.of("bob").onRoute(5)).join();

    assertThat(gate.routes).containsExactly(7, 63, 9, 5);
    assertThat(gate.heard)
        .startsWith("enter CRITICAL a key at 0", "enter CRITICAL any at 0", "enter any at 0");
  }

  @Test
  void takesTheSlotBackIfTheLimiterThatIsAskedLastFails() {
    FlowShield failing = FlowShield.builder()
        .limit(Limit.together("broken", "1/s").withLimiter((key, permits) -> {
          throw new IllegalStateException("as the test wants it");
        }))
        .gate(gate)
        .ticker(ticker)
        .build();

    assertThatThrownBy(failing::admit).isInstanceOf(IllegalStateException.class);
    assertThat(gate.heard).containsExactly("enter any at 0", "ended 0 IGNORED at 0", "released 0");
  }
}
