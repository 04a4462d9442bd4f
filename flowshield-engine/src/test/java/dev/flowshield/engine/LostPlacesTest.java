package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Criticality;
import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.InFlight;
import dev.flowshield.engine.overload.Outcome;
import dev.flowshield.testkit.ManualTicker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Places that cannot be given back at first, as where the stack of a thread ends, come back. */
class LostPlacesTest {

  /** A cap that fails to take a place back as often as it is told to. */
  private static final class FailingGate implements Gate {

    private final InFlight cap;
    private int failures;

    FailingGate(int limit, boolean isShadow) {
      this.cap = new InFlight(limit, isShadow);
    }

    @Override
    public boolean readsTime() {
      return false;
    }

    @Override
    public long tryEnter(long hash, Criticality criticality, int route, long now) {
      return cap.tryEnter(hash, criticality, route, now);
    }

    @Override
    public void exit(long place, Outcome outcome, long now) {
      failIfTold();
      cap.exit(place, outcome, now);
    }

    @Override
    public void exitLost() {
      failIfTold();
      cap.exitLost();
    }

    private void failIfTold() {
      if (failures > 0) {
        failures--;
        throw new IllegalStateException("no stack");
      }
    }

    @Override
    public boolean isBeyondLimit(long place) {
      return cap.isBeyondLimit(place);
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

  private static FlowShield capAlone(Gate gate) {
    return FlowShield.builder()
        .inFlight(2)
        .gate(gate)
        .ticker(ManualTicker.atZero())
        .build();
  }

  /** A limiter that cannot take permits back; after its answer, giving a place back fails once. */
  private RateLimiter answering(CompletableFuture<Decision> answer) {
    return new RateLimiter() {
      @Override
      public Decision decide(String key, long permits) {
        throw new AssertionError("a caller would wait");
      }

      @Override
      public CompletableFuture<Decision> decideAsync(String key, long permits) {
        failNext(1);
        return answer;
      }
    };
  }

  private void failNext(int times) {
    gate.failures = times;
  }

  @Test
  void whenTheyAreMissed() {
    FlowShield shield = capAlone(gate);
    Admitted first = (Admitted) shield.admit();
    Admitted second = (Admitted) shield.admit();
    failNext(2);
    assertThatThrownBy(first::close).hasMessage("no stack");
    assertThatThrownBy(second::close).hasMessage("no stack");
    assertThat(gate.count()).isEqualTo(2);

    assertThat(shield.admit()).isInstanceOf(Admitted.class);
    assertThat(shield.admit()).isInstanceOf(Admitted.class);
    assertThat(shield.admit()).isSameAs(Shed.FULL);
  }

  @Test
  void whenTheyAreCounted() {
    FlowShield shield = capAlone(gate);
    Admitted admitted = (Admitted) shield.admit();
    failNext(1);
    assertThatThrownBy(admitted::close).hasMessage("no stack");
    admitted.close(); // a second close does nothing

    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(gate.count()).isZero();
  }

  @Test
  void whenGivingBackWhatWasLeftBehindFailsToo() {
    FlowShield shield = capAlone(gate);
    Admitted admitted = (Admitted) shield.admit();
    failNext(2);
    assertThatThrownBy(admitted::close).hasMessage("no stack");

    assertThatThrownBy(shield::stats).hasMessage("no stack");
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void whenALimiterOfAnotherKindRejects() {
    FlowShield shield = shieldWith((key, permits) -> {
      failNext(1);
      return new Decision.Rejected(0, 7);
    });

    assertThatThrownBy(() -> shield.admit("alice")).hasMessage("no stack");

    assertThat(gate.count()).isOne();
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.stats().admitted()).isZero();
    assertThat(shield.peek("own", "alice").remaining()).isEqualTo(9);
  }

  @Test
  void whenALimiterThatAnswersLaterRejects() {
    FlowShield shield =
        shieldWith(answering(CompletableFuture.completedFuture(new Decision.Rejected(0, 7))));

    assertThat(shield.admitAsync(Request.of("alice"))).isCompletedExceptionally();

    assertThat(gate.count()).isOne();
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.peek("own", "alice").remaining()).isEqualTo(9);
  }

  @Test
  void whenALimiterThatAnswersLaterFails() {
    FlowShield shield = shieldWith(answering(CompletableFuture.failedFuture(
        new CompletionException(new IllegalArgumentException("no answer")))));

    CompletableFuture<Admission> answer = shield.admitAsync(Request.of("alice"));

    assertThat(answer.handle((admission, failure) -> failure).join())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no answer");
    assertThat(gate.count()).isOne();
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.peek("own", "alice").remaining()).isEqualTo(9);
  }

  @Test
  void whenTheTimeOfARequestBeyondAShadowCannotBeRead() {
    FailingGate shadow = new FailingGate(1, true);
    FailingTicker ticker = new FailingTicker();
    FlowShield shield = FlowShield.builder()
        .shadowInFlight(1)
        .gate(shadow)
        .onRejection(event -> {})
        .ticker(ticker)
        .build();
    assertThat(shield.admit()).isInstanceOf(Admitted.class);
    ticker.fails = true;

    assertThatThrownBy(shield::admit).hasMessage("no time");
    assertThat(shadow.count()).isOne();
    shadow.failures = 1;
    assertThatThrownBy(shield::admit).hasMessage("no stack");
    assertThat(shadow.count()).isEqualTo(2);

    ticker.fails = false;
    assertThat(shield.stats().inFlight()).isOne();
    assertThat(shield.stats().admitted()).isOne();
  }

  @Test
  void isNotCountedAsShedInShadowIfItIsRejectedAfterAll() {
    FlowShield shield = FlowShield.builder()
        .limit(Limit.each("elsewhere", "9/day")
            .withLimiter((key, permits) ->
                key.equals("bob") ? new Decision.Rejected(0, 7) : new Decision.Admitted(1)))
        .shadowInFlight(1)
        .ticker(ManualTicker.atZero())
        .build();
    assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);

    assertThat(shield.admit("bob")).isInstanceOf(OverLimit.class);
    assertThat(shield.stats().wouldShed()).isZero();
    assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
    assertThat(shield.stats().wouldShed()).isOne();
  }
}
