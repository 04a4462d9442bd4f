package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A caller that leaves while its request is worked at, after a limiter that is kept elsewhere has
 * answered: at each step of a formula in turn.
 */
class CallerLeavesMeanwhileTest {

  private static final int MOST_STEPS = 12;

  private final ManualTicker ticker = ManualTicker.atZero();

  private CompletableFuture<Admission> ask(FlowShield shield, boolean isWaiting) {
    Request request = Request.of("alice").reserved();
    return isWaiting
        ? shield.admitAsync(request, Duration.ofMinutes(1))
        : shield.admitAsync(request);
  }

  @ParameterizedTest(name = "waiting: {0}, in shadow: {1}")
  @CsvSource({"false,true", "true,true", "true,false", "false,false"})
  void takesNothing(boolean isWaiting, boolean isShadow) {
    int gone = 0;
    for (int step = 1; step < MOST_STEPS; step++) {
      Stepped stepped = new Stepped();
      RateLimiter limiter = RateLimiter.of(stepped, LimiterSpec.of("3/day").withTicker(ticker));
      Limit limit = Limit.each("stepped", "3/day").withLimiter(limiter);
      LaterLimiter elsewhere = new LaterLimiter();
      FlowShield shield = FlowShield.builder()
          .limit(Limit.each("own", "9/day"))
          .limit(isShadow ? limit.shadow() : limit)
          .limit(Limit.each("elsewhere", "9/day").withLimiter(elsewhere))
          .inFlight(9)
          .ticker(ticker)
          .build();
      CompletableFuture<Admission> answer = ask(shield, isWaiting);
      stepped.hook = () -> answer.cancel(false);
      stepped.stepsLeft = step;

      elsewhere.admit();

      stepped.stepsLeft = 0;
      assertThat(answer).isDone();
      if (answer.isCancelled()) {
        gone++;
        assertThat(elsewhere.used).as("step %d", step).containsExactly(0L);
      } else {
        ((Admitted) answer.join()).settle(0);
        ((Admitted) answer.join()).close();
      }
      assertThat(shield.peek("own", "alice").remaining()).as("step %d", step).isEqualTo(9);
      assertThat(shield.peek("stepped", "alice").remaining())
          .as("step %d", step)
          .isEqualTo(3);
      assertThat(shield.stats().inFlight()).as("step %d", step).isZero();
      assertThat(shield.stats().waiting()).as("step %d", step).isZero();
    }
    assertThat(gone > 0).as("callers that left at a step").isEqualTo(isShadow);
  }
}
