package dev.flowshield.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.limiter.KeyedLimiter;
import dev.flowshield.engine.rate.Gcra;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two threads request the only place in a queue, and then cancel at the same time. Time stops. */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "First, then second.")
@Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "The second was rejected.")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "The first was rejected.")
@Outcome(expect = FORBIDDEN, desc = "No caller may wait any more, or both were rejected.")
@State
public class QueueStressTest {

  private static final Ticker STANDING_STILL = new Ticker() {
    @Override
    public long nanos() {
      return 0;
    }

    @Override
    public CompletableFuture<Void> after(long nanos) {
      return new CompletableFuture<>();
    }
  };

  private final RateLimiter limiter = new KeyedLimiter(
      Gcra::new,
      LimiterSpec.of(RateLimit.parse("2/min"))
          .withTicker(STANDING_STILL)
          .withMaxKeys(1)
          .withMaxQueued(1));

  public QueueStressTest() {
    limiter.tryAcquire("key", 2);
  }

  @Actor
  public void one(III_Result result) {
    result.r1 = waits();
  }

  @Actor
  public void other(III_Result result) {
    result.r2 = waits();
  }

  @Arbiter
  public void count(III_Result result) {
    result.r3 = waits();
  }

  private int waits() {
    CompletableFuture<Decision> answer = limiter.acquireAsync("key", 1, Duration.ofHours(1));
    return answer.cancel(false) ? 1 : 0;
  }
}
