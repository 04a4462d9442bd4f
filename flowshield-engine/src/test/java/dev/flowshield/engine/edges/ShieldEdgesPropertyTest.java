package dev.flowshield.engine.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Request;
import dev.flowshield.engine.Shed;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Whatever is done to a shield, in whatever order: the clock steps back and forth, limits change to
 * and fro, keys are forgotten in a full table, and the ticker, a limiter of the user's and the
 * listener throw. No span of readings holds more than a limit, no place in flight is lost or had
 * twice, and in the end, after a rest, all is there again.
 *
 * <p>A thousand tries unless {@code jqwik.tries.default} says more.
 */
class ShieldEdgesPropertyTest {

  enum Kind {
    ADMIT,
    ADMIT_NAMED,
    RESERVE,
    SETTLE,
    CLOSE,
    STRANGERS,
    CHANGE,
    FAIL,
    PASS,
    STEP_BACK
  }

  private static final int CAP = 4;
  private static final int BURST =
      4; // of each limit, so that a change keeps the permits that are left
  private static final long SECOND = 1_000_000_000;
  private static final List<String> KEYS = List.of("alice", "bob");

  // The second of each is the slower.
  private static final Map<String, List<String>> LIMITS = Map.of(
      "everyone", List.of("20/s burst 4", "9/s burst 4"),
      "key", List.of("10/s burst 4", "7/s burst 4"),
      "tenant", List.of("8/s burst 4", "50/min burst 4"));

  @Property(edgeCases = EdgeCasesMode.NONE)
  void noSpanHoldsMoreThanTheLimitAndNoPlaceIsLost(@ForAll("steps") List<Step<Kind>> steps) {
    Run run = new Run();
    for (Step<Kind> step : steps) {
      run.run(step);
    }
    run.assertAllIsThereAfterARest();
  }

  /** What was reserved, and of whom. */
  private record Reserved(Admitted admitted, List<Charge> charges) {}

  private static final class Run {
    private final ManualTicker ticker = ManualTicker.startingAt(1000 * SECOND);
    private final Failing failing = new Failing();
    private final FlowShield shield = FlowShield.builder()
        .ticker(failing.ticker(ticker))
        .limit(Limit.together("everyone", LIMITS.get("everyone").get(0)))
        .limit(Limit.each("key", LIMITS.get("key").get(0)).withMaxKeys(1))
        .named(Limit.each("tenant", LIMITS.get("tenant").get(0)).withLimiter(tenants()))
        .onRejection(failing.listener(), Runnable::run)
        .inFlight(CAP)
        .build();
    private final Map<String, Spans> spans = new HashMap<>(); // by limit and key
    private final List<Admitted> open = new ArrayList<>();
    private final List<Reserved> reserved = new ArrayList<>();
    private long latest = ticker.nanos();
    private long changed = latest - 100 * SECOND;
    private int strangers;

    private RateLimiter tenants() {
      return failing.limiter(RateLimiter.of(
          "token-bucket",
          LimiterSpec.of(RateLimit.parse(LIMITS.get("tenant").get(0))).withTicker(ticker)));
    }

    void run(Step<Kind> step) {
      String key = KEYS.get(step.key());
      long permits = 1 + (long) (step.share() * BURST);
      switch (step.kind()) {
        case ADMIT -> admit(key, permits);
        case ADMIT_NAMED -> admit(charges(key, permits, step.other()), false);
        case RESERVE -> admit(charges(key, permits, step.other()), true);
        case SETTLE -> settle(step, permits);
        case CLOSE -> close(step.share());
        case STRANGERS -> strangers();
        case CHANGE -> change(step);
        case FAIL -> fail(key, permits, step);
        case PASS -> pass((long) (step.other() * step.other() * 2 * SECOND));
        case STEP_BACK -> stepBack((long) (step.other() * SECOND));
      }
      spans.values().forEach(Spans::assertWithinTheLimit);
      assertThat(shield.stats().inFlight()).isEqualTo(open.size());
    }

    private void admit(String key, long permits) {
      Admission admission = shield.admit(key, permits);
      remember(admission, List.of(Charge.of("everyone", permits), Charge.of("key", key, permits)));
    }

    private void admit(List<Charge> charges, boolean reserve) {
      Charge[] all = charges.toArray(Charge[]::new);
      Admission admission = reserve ? shield.admit(Request.of(all).reserved()) : shield.admit(all);
      remember(admission, charges);
      if (reserve && admission instanceof Admitted admitted) {
        reserved.add(new Reserved(admitted, charges));
      }
    }

    private void remember(Admission admission, List<Charge> charges) {
      if (admission instanceof Admitted admitted) {
        open.add(admitted);
        assertThat(open).hasSizeLessThanOrEqualTo(CAP);
        charges.forEach(this::used);
      } else if (admission instanceof Shed) {
        assertThat(open).hasSize(CAP);
      }
    }

    private void used(Charge charge) {
      spans
          .computeIfAbsent(
              charge.limit() + " " + charge.key(),
              absent -> new Spans(RateLimit.parse(LIMITS.get(charge.limit()).get(0))))
          .admitted(ticker.nanos(), charge.permits());
    }

    private static List<Charge> charges(String key, long permits, double which) {
      List<Charge> charges = new ArrayList<>();
      charges.add(Charge.of("tenant", key, permits));
      if (which < 0.7) {
        charges.add(Charge.of("key", key, permits));
      }
      if (which > 0.3) {
        charges.add(Charge.of("everyone", permits));
      }
      return charges;
    }

    /** Charges more only, since a refund goes by the clock of its moment. */
    private void settle(Step<Kind> step, long permits) {
      if (!reserved.isEmpty()) {
        Reserved some = reserved.remove((int) (step.other() * reserved.size()));
        some.admitted().settle(some.charges().get(0).permits() + permits - 1);
      }
    }

    private void close(double which) {
      if (!open.isEmpty()) {
        Admitted admitted = open.remove((int) (which * open.size()));
        admitted.close();
        admitted.close(); // counts no more
      }
    }

    private void strangers() {
      for (int i = 0; i < 30; i++) {
        if (shield.admit(Charge.of("key", "stranger " + strangers++)) instanceof Admitted it) {
          it.close();
        }
      }
    }

    /**
     * Not while the clock is behind, nor is it set back behind a change: what is owed is scaled
     * from the reading of that moment on.
     */
    private void change(Step<Kind> step) {
      if (ticker.nanos() == latest) {
        changed = latest;
        String name = List.copyOf(LIMITS.keySet()).get((int) (step.share() * LIMITS.size()));
        shield.change(Map.of(name, LIMITS.get(name).get(step.other() < 0.5 ? 0 : 1)));
      }
    }

    /** Not while the clock is behind, as what is taken before the failure is given back. */
    private void fail(String key, long permits, Step<Kind> step) {
      if (ticker.nanos() < latest) {
        return;
      }
      changed = latest;
      failing.failAt(1 + (int) (step.share() * 6));
      try {
        switch ((int) (step.other() * 4)) {
          case 0 -> admit(key, permits);
          case 1 -> change(step);
          case 2 -> admit(charges(key, permits, step.share()), true);
          default -> admit(charges(key, permits, step.share()), false);
        }
      } catch (IllegalStateException failure) {
        assertThat(failure).hasMessage(Failing.MESSAGE);
      } finally {
        failing.failAt(0);
      }
    }

    private void pass(long nanos) {
      ticker.advanceNanos(nanos);
      latest = Math.max(latest, ticker.nanos());
    }

    private void stepBack(long nanos) {
      ticker.advanceNanos(-Math.min(nanos, ticker.nanos() - changed));
    }

    void assertAllIsThereAfterARest() {
      ticker.advanceNanos(latest - ticker.nanos());
      while (!open.isEmpty()) {
        close(0);
      }
      LIMITS.forEach((name, texts) -> shield.change(Map.of(name, texts.get(0))));
      ticker.advanceNanos(Duration.ofDays(1).toNanos());
      for (String key : KEYS) {
        for (Charge charge : charges(key, BURST, 0.5)) {
          assertThat(shield.peek(charge.limit(), charge.key()).remaining())
              .as("left of %s", charge)
              .isEqualTo(BURST);
        }
        assertThat(shield.admit(key, BURST)).isInstanceOf(Admitted.class);
        ticker.advanceNanos(Duration.ofDays(1).toNanos());
      }
      for (int place = KEYS.size(); place < CAP; place++) {
        assertThat(shield.admit("bob")).isInstanceOf(Admitted.class);
      }
      assertThat(shield.admit("bob")).isInstanceOf(Shed.class);
    }
  }

  @Provide
  Arbitrary<List<Step<Kind>>> steps() {
    Arbitrary<Kind> kinds = Arbitraries.frequency(
        Tuple.of(6, Kind.ADMIT),
        Tuple.of(4, Kind.ADMIT_NAMED),
        Tuple.of(3, Kind.RESERVE),
        Tuple.of(2, Kind.SETTLE),
        Tuple.of(6, Kind.CLOSE),
        Tuple.of(2, Kind.STRANGERS),
        Tuple.of(2, Kind.CHANGE),
        Tuple.of(4, Kind.FAIL),
        Tuple.of(5, Kind.PASS),
        Tuple.of(3, Kind.STEP_BACK));
    return Step.lists(kinds, KEYS.size(), 60);
  }
}
