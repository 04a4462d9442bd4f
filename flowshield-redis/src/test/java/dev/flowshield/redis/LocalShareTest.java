package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LocalShareTest {

  private static final StoredRates RATES = rates("1/s burst 20");
  private static final StoredRates HALF = rates("1/s burst 10");

  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 5);
  private final LocalShare share =
      new LocalShare(LimiterSpec.of("1/s burst 20").withTicker(ticker), RATES, 2);
  private final List<String> charges = new ArrayList<>();

  private static StoredRates rates(String limit) {
    return new StoredRates(RateLimit.parseAll(limit), 1_000);
  }

  private CompletableFuture<Void> pay(CompletableFuture<Reply> reply) {
    return Objects.requireNonNull(share.pay("alice", (rates, owed) -> {
      charges.add(owed[0] + " of " + rates);
      return reply;
    }));
  }

  @Test
  void isGivenUpWhenAllHasComeBackSinceItWasUsed() {
    ticker.advanceNanos(10);
    assertThat(share.use(ticker.nanos())).isTrue();
    ticker.advanceNanos(1_000);
    assertThat(share.giveUp(ticker.nanos(), 1_000)).isFalse();
    ticker.advanceNanos(1);
    assertThat(share.giveUp(ticker.nanos(), 1_000)).isTrue();
    assertThat(share.use(ticker.nanos()))
        .as("what is taken from now on would be lost")
        .isFalse();
    assertThat(share.giveUp(ticker.nanos(), 1_000)).isTrue();
  }

  @Test
  void isUsedByTheLatestReading() {
    assertThat(share.use(ticker.nanos() + 500)).isTrue();
    assertThat(share.use(ticker.nanos())).as("an older one").isTrue();
    assertThat(share.giveUp(ticker.nanos() + 1_500, 1_000)).isFalse();
  }

  @Test
  void chargesByTheLimitsByWhichItOwes() {
    assertThat(share.reserve("alice", 6).isHeld()).isTrue();
    share.changeTo(() -> HALF);
    assertThat(pay(CompletableFuture.completedFuture(Reply.NOTHING))).isCompleted();
    assertThat(charges).containsExactly("3 of " + HALF);
    assertThat(share.owes("alice")).isFalse();
  }

  @Test
  void owesNothingMoreIfItsLimitsAreChangedWhileItPays() {
    assertThat(share.reserve("alice", 4).isHeld()).isTrue();
    share.changeTo(() -> HALF);
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    CompletableFuture<Void> payment = pay(reply);
    share.changeTo(() -> RATES);
    assertThat(payment).isNotDone();
    reply.complete(Reply.NOTHING);
    assertThat(payment).isCompleted();
    assertThat(charges).containsExactly("2 of " + HALF);
    assertThat(share.owes("alice")).isFalse();
  }

  @Test
  void paysNothingWhileItsLimitsAreBeingChanged() {
    assertThat(share.reserve("alice", 4).isHeld()).isTrue();
    share.changeTo(() -> {
      assertThat(share.owes("alice")).as("that may be").isTrue();
      assertThat(pay(CompletableFuture.completedFuture(Reply.NOTHING))).isCompletedExceptionally();
      return HALF;
    });
    assertThat(charges).isEmpty();
    assertThat(pay(CompletableFuture.completedFuture(Reply.NOTHING))).isCompleted();
    assertThat(charges).containsExactly("2 of " + HALF);
  }
}
