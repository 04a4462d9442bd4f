package dev.flowshield.engine.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Gcra;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The timers of a line of waiters: one at a time, for the first, whatever the ticker does. */
class QueueTimersTest {

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final long SECOND = 1_000_000_000;

  /** A ticker whose timers are completed by the test. */
  private static final class Timers implements Ticker {

    private final List<CompletableFuture<Void>> set = new ArrayList<>();
    private final List<Long> delays = new ArrayList<>();
    private long now;
    private boolean isDoneAtOnce;

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public CompletableFuture<Void> after(long nanos) {
      delays.add(nanos);
      set.add(isDoneAtOnce ? CompletableFuture.completedFuture(null) : new CompletableFuture<>());
      return set.get(set.size() - 1);
    }

    CompletableFuture<Void> last() {
      return set.get(set.size() - 1);
    }
  }

  private final Timers timers = new Timers();
  private final RateLimiter limiter =
      new KeyedLimiter(Gcra::new, LimiterSpec.of("1/s").withTicker(timers));

  private CompletableFuture<Decision> await(String key) {
    return limiter.acquireAsync(key, 1, LONG);
  }

  private void spend(String key) {
    assertThat(limiter.tryAcquire(key)).isTrue();
  }

  @Test
  void isOneForTheFirstWaiterOfALine() {
    spend("alice");
    CompletableFuture<Decision> first = await("alice");
    CompletableFuture<Decision> second = await("alice");
    assertThat(timers.delays).containsExactly(SECOND);

    timers.now = SECOND;
    timers.last().complete(null);

    assertThat(first).isDone();
    assertThat(second).isNotDone();
    assertThat(timers.delays).containsExactly(SECOND, SECOND);
  }

  @Test
  void isOneForEachKey() {
    spend("alice");
    spend("bob");
    CompletableFuture<Decision> alice = await("alice");
    CompletableFuture<Decision> bob = await("bob");
    timers.now = SECOND;
    timers.set.get(1).complete(null);

    assertThat(alice).isNotDone();
    assertThat(bob).isDone();
    timers.set.get(0).complete(null);
    assertThat(alice).isDone();
  }

  @Test
  void isSetAgainIfItCameEarly() {
    spend("alice");
    CompletableFuture<Decision> waiting = await("alice");
    timers.now = SECOND - 7;
    timers.last().complete(null);

    assertThat(waiting).isNotDone();
    assertThat(timers.delays).containsExactly(SECOND, 7L);
    timers.now = SECOND;
    timers.last().complete(null);
    assertThat(waiting).isDone();
  }

  @Test
  void isCancelledOnceNoneWaits() {
    spend("alice");
    CompletableFuture<Decision> waiting = await("alice");

    waiting.cancel(false);

    assertThat(timers.last()).isCancelled();
    assertThat(timers.set).hasSize(1);
  }

  @Test
  void staysWhereALaterWaiterLeaves() {
    spend("alice");
    CompletableFuture<Decision> first = await("alice");
    CompletableFuture<Decision> second = await("alice");

    second.cancel(false);

    assertThat(timers.set).hasSize(1);
    assertThat(timers.last()).isNotCancelled();
    timers.now = SECOND;
    timers.last().complete(null);
    assertThat(first).isDone();
  }

  @Test
  void staysForTheNextWaiterIfTheFirstLeaves() {
    spend("alice");
    CompletableFuture<Decision> first = limiter.acquireAsync("alice", 1, LONG);
    CompletableFuture<Decision> second = await("alice");
    first.cancel(false);

    assertThat(timers.set).hasSize(1); // at the time that the first had
    assertThat(second).isNotDone();
    timers.now = SECOND;
    timers.last().complete(null);
    assertThat(second).isDone();
  }

  @Test
  void isReplacedIfTheNextWaiterHasAnotherTimeThanTheOneThatLeaves() {
    RateLimiter two = new KeyedLimiter(Gcra::new, LimiterSpec.of("1/s burst 2").withTicker(timers));
    assertThat(two.tryAcquire("alice", 2)).isTrue();
    CompletableFuture<Decision> first = two.acquireAsync("alice", 2, LONG);
    CompletableFuture<Decision> second = two.acquireAsync("alice", 1, LONG);

    first.cancel(false);

    assertThat(timers.delays).containsExactly(2 * SECOND, SECOND);
    assertThat(timers.set.get(0)).isCancelled();
    timers.now = SECOND;
    timers.last().complete(null);
    assertThat(second).isDone();
  }

  @Test
  void failsTheFirstWaiterAloneIfItFails() {
    spend("alice");
    CompletableFuture<Decision> first = await("alice");
    CompletableFuture<Decision> second = await("alice");

    timers.last().completeExceptionally(new IllegalStateException("no timer"));

    assertThat(first).isCompletedExceptionally();
    assertThat(second).isNotDone();
    timers.now = SECOND;
    timers.last().complete(null);
    assertThat(second).isDone();
  }

  @Test
  void hasNoEffectIfItFailsOnceNoneWaits() {
    spend("alice");
    await("alice").cancel(false);
    CompletableFuture<Void> over = timers.last();
    CompletableFuture<Decision> waiting = await("alice");

    over.completeExceptionally(new IllegalStateException("no timer"));

    assertThat(waiting).isNotDone();
  }

  @Test
  void mayComeAtOnceNowAndThenButNotWithoutEnd() {
    spend("alice");
    timers.isDoneAtOnce = true;

    CompletableFuture<Decision> waiting = await("alice");

    assertThat(waiting).isCompletedExceptionally();
    assertThat(waiting.handle((decision, failure) -> failure).join())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("got one that completes at once, 1001 times: correct the ticker");
    timers.isDoneAtOnce = false;
    assertThat(await("alice")).isNotDone();
  }
}
