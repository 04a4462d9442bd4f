package dev.flowshield.http.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What it hands to the pool, and what the shield makes of it. Ticks are made by hand. */
class QueueProbeTest {

  private static final int TICKS = 20;
  private static final Duration LONG = Duration.ofMillis(150);

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Queue<Runnable> timer = new ArrayDeque<>();
  private final Queue<Runnable> pool = new ArrayDeque<>();
  private final HttpShield shield = HttpShield.builder()
      .inFlight(InFlightLimit.auto())
      .operations(o -> o.ticker(ticker))
      .build();
  private final QueueProbe probe = new QueueProbe(shield.engine(), pool::add, ticker, timer::add);
  private Duration late = Duration.ZERO; // of the timer
  private Duration sinceTick = Duration.ZERO;

  @Test
  void doesNothingUntilARequestComes() {
    assertThat(timer).isEmpty();
  }

  @Test
  void handsThePoolOneTaskATick() {
    for (int i = 0; i < 5; i++) {
      probe.requestArrived();
      probe.requestArrived();
      tick();
      assertThat(pool).hasSize(1);
      pool.remove().run();
    }
  }

  @Test
  void measuresTheLoopOfTheFirstRequestSinceTheLastTick() {
    Queue<Runnable> loop = new ArrayDeque<>();
    Queue<Runnable> other = new ArrayDeque<>();
    QueueProbe ofLoops = new QueueProbe(shield.engine(), pool::add, ticker, timer::add);
    assertThat(ofLoops.isIdle()).isTrue();
    ofLoops.requestArrived(loop::add);
    assertThat(ofLoops.isIdle()).isFalse();
    ofLoops.requestArrived(other::add);
    tick();
    assertThat(loop).hasSize(1);
    loop.remove().run();

    ofLoops.requestArrived(other::add);
    tick();
    assertThat(other).hasSize(1);
    assertThat(pool).isEmpty();
  }

  @Test
  void isOverWithTheRequests() {
    probe.requestArrived();
    tick();
    pool.remove().run();
    tick();

    assertThat(timer).isEmpty();
    assertThat(pool).isEmpty();
  }

  @Test
  void beginsAgainWithTheNextRequest() {
    isOverWithTheRequests();

    probe.requestArrived();
    tick();

    assertThat(pool).hasSize(1);
  }

  @Test
  void looksOnAtOnceAfterATaskThatHasWaited() {
    probe.requestArrived();
    tick();
    ticker.advance(Duration.ofMillis(10));
    pool.remove().run();
    assertThat(pool).hasSize(1);

    ticker.advance(Duration.ofMillis(1));
    pool.remove().run();
    assertThat(pool).as("that one has not").isEmpty();
  }

  @Test
  void letsRequestsInWhereTasksRunAtOnce() {
    eachTaskWaits(Duration.ofMillis(2));

    assertThat(isAdmitted()).isTrue();
  }

  @Test
  void rejectsWhereATaskHasWaitedLong() {
    eachTaskWaits(LONG);

    assertThat(isAdmitted()).isFalse();
  }

  @Test
  void letsRequestsInOnceATaskHasNotWaited() {
    eachTaskWaits(LONG);
    pool.remove().run();

    assertThat(isAdmitted()).isTrue();
  }

  @Test
  void letsRequestsInWhereTheTimerIsAsLateAsTheTasks() {
    late = LONG;
    eachTaskWaits(LONG);

    assertThat(isAdmitted()).isTrue();
  }

  @Test
  void rejectsWhileATaskWaitsThatNoThreadIsFreeFor() {
    probe.requestArrived();
    tick();
    for (int i = 0; i < 6; i++) {
      tick();
    }
    assertThat(isAdmitted()).as("at 120 ms").isTrue();
    tick();

    assertThat(pool).as("waits, and no other beside it").hasSize(1);
    assertThat(isAdmitted()).as("at 140 ms").isFalse();
  }

  @Test
  void countsNoTimeInWhichTheProcessStoodStillAsAWait() {
    probe.requestArrived();
    tick();
    late = Duration.ofMillis(200);
    tick();

    assertThat(isAdmitted()).isTrue();
  }

  @Test
  void takesATaskForLostThatDoesNotRunWithinAMinute() {
    probe.requestArrived();
    tick();
    Runnable lost = pool.remove();
    ticker.advance(Duration.ofNanos(QueueProbe.LOST_NANOS));
    probe.requestArrived();
    tick();
    assertThat(pool).hasSize(1);

    lost.run();
    tick();

    assertThat(pool).as("no other while the second waits").hasSize(1);
  }

  @Test
  void isOverWhereATaskIsLostAndNoRequestComes() {
    probe.requestArrived();
    tick();
    ticker.advance(Duration.ofNanos(QueueProbe.LOST_NANOS));
    tick();

    assertThat(timer).isEmpty();
  }

  @Test
  void learnsNothingFromAPoolThatRejects() {
    AtomicInteger asked = new AtomicInteger();
    Executor closed = task -> {
      asked.incrementAndGet();
      throw new RejectedExecutionException();
    };
    QueueProbe ofClosed = new QueueProbe(shield.engine(), closed, ticker, timer::add);
    for (int i = 0; i < TICKS; i++) {
      ofClosed.requestArrived();
      tick();
    }

    assertThat(asked).hasValue(TICKS);
    assertThat(isAdmitted()).isTrue();
  }

  @Test
  void goesOnAfterAPoolThatFailed() {
    Error failure = new OutOfMemoryError("no thread");
    QueueProbe ofFailing = new QueueProbe(
        shield.engine(),
        task -> {
          throw failure;
        },
        ticker,
        timer::add);
    ofFailing.requestArrived();
    assertThatThrownBy(this::tick).isSameAs(failure);

    ofFailing.requestArrived();

    assertThat(timer).hasSize(1);
  }

  @Test
  void standsAPoolThatRunsTasksInTheCallingThread() {
    QueueProbe inCaller = new QueueProbe(shield.engine(), Runnable::run, ticker, timer::add);
    for (int i = 0; i < TICKS; i++) {
      inCaller.requestArrived();
      tick();
    }

    assertThat(isAdmitted()).isTrue();
  }

  @Test
  void doesNothingForAShieldWithANumberOfItsOwn() {
    HttpShield fixed = HttpShield.builder().inFlight(10).build();
    QueueProbe ofFixed = new QueueProbe(fixed.engine(), pool::add, ticker, timer::add);

    ofFixed.requestArrived();

    assertThat(timer).isEmpty();
  }

  @Test
  void beginsWhenTheShieldFindsItsCapAgain() {
    shield.engine().changeInFlight(5);
    probe.requestArrived();
    assertThat(timer).isEmpty();

    shield.engine().changeInFlightAuto();
    probe.requestArrived();

    assertThat(timer).hasSize(1);
  }

  private void eachTaskWaits(Duration wait) {
    for (int i = 0; i < TICKS; i++) {
      probe.requestArrived();
      if (pool.isEmpty()) {
        tick();
      }
      ticker.advance(wait);
      sinceTick = wait;
      pool.remove().run();
    }
  }

  private boolean isAdmitted() {
    return shield.engine().admit("client") instanceof Admitted;
  }

  private void tick() {
    ticker.advance(Duration.ofMillis(QueueProbe.INTERVAL_MILLIS).plus(late).minus(sinceTick));
    sinceTick = Duration.ZERO;
    Objects.requireNonNull(timer.poll(), "nothing is scheduled").run();
  }
}
