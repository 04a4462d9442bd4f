package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.flowshield.Criticality;
import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.InFlight;
import dev.flowshield.engine.overload.Outcome;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/**
 * A slot is released whatever fails meanwhile. If the release itself fails, which only the end of a
 * stack can do, leak detection finds the slot.
 */
class LostSlotsTest {

  /** A cap that fails as often as it is told to: to hear of an end, or to release a slot. */
  private static final class FailingGate implements Gate {

    private final InFlight cap;
    private int failingEnds;
    private int failingReleases;

    FailingGate(int limit, boolean isShadow) {
      this.cap = new InFlight(limit, isShadow);
    }

    @Override
    public boolean readsTime() {
      return true;
    }

    @Override
    public long tryEnter(long hash, Criticality criticality, int route, long now) {
      return cap.tryEnter(hash, criticality, route, now);
    }

    @Override
    public void ended(long slot, Outcome outcome, long now) {
      if (failingEnds > 0) {
        failingEnds--;
        throw new IllegalStateException("no memory");
      }
    }

    @Override
    public void release(long slot) {
      if (failingReleases > 0) {
        failingReleases--;
        throw new IllegalStateException("no stack");
      }
      cap.release(slot);
    }

    @Override
    public boolean isBeyondLimit(long slot) {
      return cap.isBeyondLimit(slot);
    }

    @Override
    public int count() {
      return cap.count();
    }

    @Override
    public int limit() {
      return cap.limit();
    }

    @Override
    public void limit(int other) {
      cap.limit(other);
    }
  }

  /** A ticker that fails when it is told to. */
  private static final class FailingTicker implements Ticker {

    private boolean fails;

    @Override
    public long nanos() {
      if (fails) {
        throw new IllegalStateException("no time");
      }
      return 0;
    }
  }

  private final FailingGate gate = new FailingGate(2, false);

  private FlowShield shieldWith(RateLimiter limiter) {
    return FlowShield.builder()
        .limit(Limit.each("own", "9/day"))
        .limit(Limit.each("elsewhere", "9/day").withLimiter(limiter))
        .gate(gate)
        .ticker(ManualTicker.atZero())
        .build();
  }

  private FlowShield capThatDetectsLeaks() {
    return FlowShield.builder()
        .inFlight(2)
        .detectLeaks()
        .gate(gate)
        .ticker(ManualTicker.atZero())
        .build();
  }

  /** A limiter that cannot take permits back; after its answer, an end cannot be heard once. */
  private RateLimiter answering(CompletableFuture<Decision> answer) {
    return new RateLimiter() {
      @Override
      public Decision decide(String key, long permits) {
        throw new AssertionError("a caller would wait");
      }

      @Override
      public CompletableFuture<Decision> decideAsync(String key, long permits) {
        gate.failingEnds = 1;
        return answer;
      }
    };
  }

  /** Collects garbage until no slot is taken any more. */
  private static void awaitNoneInFlight(FlowShield shield) {
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
      while (shield.stats().inFlight() > 0) {
        System.gc();
      }
    });
  }

  private void closeAtTheEndOfTheStack(FlowShield shield) {
    Admitted admitted = (Admitted) shield.admit();
    gate.failingReleases = 1;
    assertThatThrownBy(admitted::close).hasMessage("no stack");
    admitted.close(); // a second close does nothing
  }

  @Test
  void isFoundByLeakDetectionIfTheStackEndsInAClose() {
    FlowShield shield = capThatDetectsLeaks();
    closeAtTheEndOfTheStack(shield);
    closeAtTheEndOfTheStack(shield);
    assertThat(gate.count()).isEqualTo(2);

    awaitNoneInFlight(shield);

    assertThat(gate.count()).isZero();
    assertThat(shield.stats().leaked()).isEqualTo(2);
  }

  @Test
  void isNotReleasedTwiceIfTheEndOfItsWorkCannotBeHeard() {
    FlowShield shield = capThatDetectsLeaks();
    Admitted first = (Admitted) shield.admit();
    gate.failingEnds = 1;
    assertThatThrownBy(first::close).hasMessage("no memory");
    closeAtTheEndOfTheStack(shield); // a leak, so the loop below sees the collector at work
    assertThat(gate.count()).isOne();

    awaitNoneInFlight(shield);

    assertThat(gate.count()).isZero();
    assertThat(shield.stats().leaked()).isOne();
  }

  @Test
  void isReleasedIfTheTimeOfAnEndCannotBeRead() {
    FailingTicker ticker = new FailingTicker();
    FlowShield shield =
        FlowShield.builder().inFlight(2).gate(gate).ticker(ticker).build();
    Admitted admitted = (Admitted) shield.admit();
    ticker.fails = true;

    assertThatThrownBy(admitted::close).hasMessage("no time");

    assertThat(gate.count()).isZero();
  }

  @Test
  void isReleasedIfALimiterOfAnotherKindRejects() {
    FlowShield shield = shieldWith((key, permits) -> {
      gate.failingEnds = 1;
      return new Decision.Rejected(0, 7);
    });

    assertThatThrownBy(() -> shield.admit("alice")).hasMessage("no memory");

    assertThat(gate.count()).isZero();
    assertThat(shield.stats().admitted()).isZero();
    assertThat(shield.peek("own", "alice").remaining()).isEqualTo(9);
  }

  @Test
  void isReleasedIfALimiterThatAnswersLaterRejects() {
    FlowShield shield =
        shieldWith(answering(CompletableFuture.completedFuture(new Decision.Rejected(0, 7))));

    assertThat(shield.admitAsync(Request.of("alice"))).isCompletedExceptionally();

    assertThat(gate.count()).isZero();
    assertThat(shield.peek("own", "alice").remaining()).isEqualTo(9);
  }

  @Test
  void isReleasedIfALimiterThatAnswersLaterFails() {
    FlowShield shield = shieldWith(answering(CompletableFuture.failedFuture(
        new CompletionException(new IllegalArgumentException("no answer")))));

    CompletableFuture<Admission> answer = shield.admitAsync(Request.of("alice"));

    assertThat(answer.handle((admission, failure) -> failure).join())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no answer");
    assertThat(gate.count()).isZero();
    assertThat(shield.peek("own", "alice").remaining()).isEqualTo(9);
  }

  @Test
  void isReleasedIfTheTimeOfARequestBeyondAShadowCannotBeRead() {
    FailingGate shadow = new FailingGate(1, true);
    FailingTicker ticker = new FailingTicker();
    FlowShield shield = FlowShield.builder()
        .inFlight(InFlightLimit.of(1).shadow())
        .gate(shadow)
        .onRejection(event -> {})
        .ticker(ticker)
        .build();
    assertThat(shield.admit()).isInstanceOf(Admitted.class);
    ticker.fails = true;

    assertThatThrownBy(shield::admit).hasMessage("no time");
    assertThat(shadow.count()).isOne();

    ticker.fails = false;
    assertThat(shield.stats().admitted()).isOne();
  }

  @Test
  void isNotCountedAsShedInShadowIfItIsRejectedAfterAll() {
    FlowShield shield = FlowShield.builder()
        .limit(Limit.each("elsewhere", "9/day")
            .withLimiter((key, permits) ->
                key.equals("bob") ? new Decision.Rejected(0, 7) : new Decision.Admitted(1)))
        .inFlight(InFlightLimit.of(1).shadow())
        .ticker(ManualTicker.atZero())
        .build();
    assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);

    assertThat(shield.admit("bob")).isInstanceOf(OverLimit.class);
    assertThat(shield.stats().wouldShed()).isZero();
    assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
    assertThat(shield.stats().wouldShed()).isOne();
  }
}
