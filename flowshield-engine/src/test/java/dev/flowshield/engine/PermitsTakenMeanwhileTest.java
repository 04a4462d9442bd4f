package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A request whose permits are taken by another one after it was judged, before it takes them: at
 * each step of the formula in turn, as if another thread were faster by as much.
 */
class PermitsTakenMeanwhileTest {

  private static final int MOST_STEPS = 40;

  /** The ways to ask. */
  private enum Way {
    KEY,
    REQUEST,
    RESERVED,
    ASYNC,
    WAITING
  }

  private static CompletableFuture<Admission> ask(FlowShield shield, Way way) {
    Request reserved = Request.of("alice").reserved();
    return switch (way) {
      case KEY -> CompletableFuture.completedFuture(shield.admit("alice"));
      case REQUEST ->
        CompletableFuture.completedFuture(
            shield.admit(Request.of("alice").charging(Charge.of("tenant", "acme"))));
      case RESERVED -> CompletableFuture.completedFuture(shield.admit(reserved));
      case ASYNC -> shield.admitAsync(reserved);
      case WAITING -> shield.admitAsync(reserved, Duration.ofMinutes(1));
    };
  }

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Stepped raced = new Stepped();
  private final LaterLimiter elsewhere = new LaterLimiter();

  private FlowShield shield(Limit racedLimit, boolean isElsewhereToo) {
    FlowShieldBuilder builder = FlowShield.builder()
        .limit(Limit.each("own", "9/day"))
        .limit(racedLimit)
        .limit("9/day")
        .named(Limit.each("tenant", "9/day"))
        .inFlight(9)
        .ticker(ticker);
    if (isElsewhereToo) {
      builder.limit(Limit.each("elsewhere", "9/day").withLimiter(elsewhere));
    }
    return builder.build();
  }

  private List<Admitted> admitted(FlowShield shield, Way way) {
    List<Admitted> admitted = new ArrayList<>();
    CompletableFuture<Admission> answer = ask(shield, way);
    while (!elsewhere.asked.isEmpty()) {
      elsewhere.admit();
    }
    if (answer.isDone() && answer.join() instanceof Admitted done) {
      admitted.add(done);
    } else if (!answer.isDone()) {
      answer.cancel(false); // it would wait for a day
    }
    return admitted;
  }

  private void race(Way way, boolean isShadow, boolean isElsewhereToo) {
    int stolenFrom = 0;
    for (int step = 1; step < MOST_STEPS; step++) {
      RateLimiter limiter = RateLimiter.of(raced, LimiterSpec.of("3/day").withTicker(ticker));
      Limit limit = Limit.each("raced", "3/day").withLimiter(limiter);
      FlowShield shield = shield(isShadow ? limit.shadow() : limit, isElsewhereToo);
      int[] stolen = {0};
      assertThat(limiter.tryAcquire("alice")).isTrue(); // from now on, no lock is on its way
      raced.hook = () -> stolen[0] = limiter.tryAcquire("alice", 2) ? 2 : 0;
      raced.stepsLeft = step;

      List<Admitted> admitted = admitted(shield, way);

      raced.stepsLeft = 0;
      int count = admitted.size();
      assertThat(count)
          .as("admitted at step %d", step)
          .isEqualTo(isShadow || stolen[0] == 0 ? 1 : 0);
      assertThat(shield.peek("raced", "alice").remaining())
          .as("left at step %d", step)
          .isEqualTo(stolen[0] == 2 ? 0 : 1);
      assertThat(shield.peek("own", "alice").remaining()).isEqualTo(9 - count);
      assertThat(shield.peek("everyone", "").remaining()).isEqualTo(9 - count);
      assertThat(shield.stats().admitted()).isEqualTo(count);
      assertThat(shield.stats().inFlight()).isEqualTo(count);
      assertThat(shield.stats().limit("raced").rejected())
          .as("rejected at step %d", step)
          .isEqualTo(stolen[0] == 2 && (isShadow || way != Way.WAITING) ? 1 : 0);
      admitted.forEach(Admitted::close);
      assertThat(shield.stats().inFlight()).isZero();
      stolenFrom += stolen[0] / 2;
    }
    assertThat(stolenFrom).as("races that the other one won").isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void isNotAdmittedAndTakesNothing(Way way) {
    race(way, false, false);
  }

  @ParameterizedTest
  @EnumSource(names = {"ASYNC", "WAITING"})
  void isNotAdmittedAndTakesNothingWhereALimitIsKeptElsewhereToo(Way way) {
    race(way, false, true);
  }

  @ParameterizedTest
  @EnumSource
  void isAdmittedByAShadowThatCountsIt(Way way) {
    race(way, true, false);
  }
}
