package dev.flowshield.engine;

import static dev.flowshield.engine.FlowShieldTest.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Ticker;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Waiting for a shield, where what it depends on fails, or its caller leaves at a bad moment. */
class FlowShieldWaitFailuresTest {

  private static final Duration LONG = Duration.ofMinutes(10);

  /** A ticker that does something more when it is read. */
  private static final class HookedTicker implements Ticker {

    private final ManualTicker time = ManualTicker.atZero();
    private Runnable hook = () -> {};

    @Override
    public long nanos() {
      hook.run();
      return time.nanos();
    }

    @Override
    public CompletableFuture<Void> after(long nanos) {
      return time.after(nanos);
    }
  }

  private final HookedTicker ticker = new HookedTicker();

  private static CompletableFuture<Admission> await(FlowShield shield, String key) {
    return shield.admitAsync(Request.of(key), LONG);
  }

  private void failReading(int from) {
    int[] readings = {0};
    ticker.hook = () -> {
      readings[0]++;
      if (readings[0] >= from) {
        throw new IllegalStateException("no time");
      }
    };
  }

  private FlowShield shield(String rate) {
    return FlowShield.builder().perKey(rate).inFlight(5).ticker(ticker).build();
  }

  @Test
  void leavesNothingBehindIfTheTimeCannotBeReadWhileItJoins() {
    for (int from = 1; from < 12; from++) {
      FlowShield shield = shield("1/s");
      close(shield.admit("alice"));
      CompletableFuture<Admission> first = await(shield, "alice");
      failReading(from);
      CompletableFuture<Admission> second = null;
      try {
        second = await(shield, "alice");
      } catch (IllegalStateException failed) {
        assertThat(failed).hasMessage("no time");
      }
      ticker.hook = () -> {};

      ticker.time.advance(Duration.ofSeconds(1));
      ticker.time.advance(Duration.ofSeconds(1));
      assertThat(first).as("reading %d", from).isDone();
      if (!first.isCompletedExceptionally()) {
        close(first.join());
      }
      if (second != null) {
        assertThat(second).as("reading %d", from).isDone();
        if (!second.isCompletedExceptionally()) {
          close(second.join());
        }
      }
      assertThat(shield.stats().waiting()).as("reading %d", from).isZero();
      assertThat(shield.stats().inFlight()).as("reading %d", from).isZero();
    }
  }

  @Test
  void givesEverythingBackIfItsCallerLeavesWhileItIsServed() {
    FlowShield shield = shield("1/s");
    close(shield.admit("alice"));
    CompletableFuture<Admission> waiting = await(shield, "alice");
    ticker.hook = () -> waiting.cancel(false);

    ticker.time.advance(Duration.ofSeconds(1));
    ticker.hook = () -> {};

    assertThat(shield.stats().waiting()).isZero();
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.peek("key", "alice").remaining()).isOne();
  }

  @Test
  void givesEverythingBackIfItsCallerLeavesJustBeforeItIsAdmitted() {
    for (int reading = 1; reading < 8; reading++) {
      FlowShield shield = shield("1/s");
      close(shield.admit("alice"));
      CompletableFuture<Admission> waiting = await(shield, "alice");
      int[] left = {reading};
      ticker.hook = () -> {
        left[0]--;
        if (left[0] == 0) {
          waiting.cancel(false);
        }
      };

      ticker.time.advance(Duration.ofSeconds(1));
      ticker.hook = () -> {};

      if (!waiting.isCancelled()) { // it was served with fewer readings
        close(waiting.join());
      } else {
        assertThat(shield.peek("key", "alice").remaining())
            .as("reading %d", reading)
            .isOne();
      }
      assertThat(shield.stats().waiting()).isZero();
      assertThat(shield.stats().inFlight()).isZero();
    }
  }

  @Test
  void isServedWhenPermitsAreAdded() {
    FlowShield shield = shield("1/h");
    close(shield.admit("alice"));
    CompletableFuture<Admission> waiting =
        shield.admitAsync(Request.of("alice"), Duration.ofHours(1));
    assertThat(waiting).isNotDone();

    shield.add("key", "alice", 1);

    assertThat(waiting).isDone();
    close(waiting.join());
  }

  @Test
  void isNotTurnedAwayFromAFullQueueIfItNeedNotWait() {
    FlowShield shield =
        FlowShield.builder().perKey("1/s").maxQueued(1).ticker(ticker).build();
    close(shield.admit("alice"));
    CompletableFuture<Admission> waiting = await(shield, "alice");

    CompletableFuture<Admission> other = await(shield, "bob");
    assertThat(other).isDone();
    close(other.join());
    assertThat(shield.stats().queueFull()).isZero();
    assertThat(await(shield, "bob").join()).isInstanceOf(OverLimit.class);
    assertThat(shield.stats().queueFull()).isOne();
    waiting.cancel(false);
  }

  @Test
  void takesAQueueOfNoneAndOfTenThousand() {
    FlowShield none =
        FlowShield.builder().perKey("1/s").maxQueued(0).ticker(ticker).build();
    close(none.admit("alice"));
    assertThat(await(none, "alice").join()).isInstanceOf(OverLimit.class);

    FlowShieldBuilder builder = FlowShield.builder();
    assertThat(builder.maxQueued(10_000)).isSameAs(builder);
    assertThatThrownBy(() -> builder.maxQueued(-1)).hasMessageContaining("0 to 10,000, got -1");
    assertThatThrownBy(() -> builder.maxQueued(10_001)).hasMessageContaining("got 10001");
  }
}
