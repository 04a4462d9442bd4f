package dev.flowshield.engine;

import static dev.flowshield.engine.FlowShieldTest.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Requests that wait for a limit which is kept elsewhere, by a limiter whose answers come later.
 */
class FlowShieldWaitElsewhereTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTicker ticker = ManualTicker.atZero();
  private final LaterLimiter elsewhere = new LaterLimiter();
  private final FlowShield shield = settings().build();

  private FlowShieldBuilder settings() {
    return FlowShield.builder()
        .limit(Limit.each("own", "2/s"))
        .limit(Limit.each("elsewhere", "5/day").withLimiter(elsewhere))
        .inFlight(2)
        .ticker(ticker);
  }

  private CompletableFuture<Admission> await(String key) {
    return await(shield, key);
  }

  private static CompletableFuture<Admission> await(FlowShield shield, String key) {
    return shield.admitAsync(Request.of(key), Duration.ofSeconds(3));
  }

  private long left(String key) {
    return shield.peek("own", key).remaining();
  }

  @Test
  void areAdmittedOnceItAdmits() {
    CompletableFuture<Admission> alice = await("alice");
    assertThat(alice).isNotDone();
    assertThat(shield.stats().inFlight()).isZero(); // no slot is held meanwhile

    elsewhere.admit();

    assertThat(alice).isCompletedWithValueMatching(each -> each instanceof Admitted);
    assertThat(shield.stats().inFlight()).isOne();
    close(alice.join());
  }

  @Test
  void askAgainWhenItSaidAndAreNotCountedAsRejectedMeanwhile() {
    CompletableFuture<Admission> alice = await("alice");

    elsewhere.reject(SECOND);
    assertThat(left("alice")).isEqualTo(2); // given back meanwhile
    assertThat(elsewhere.asked).isEmpty();
    ticker.advance(SECOND);
    elsewhere.admit();

    assertThat(alice).isCompletedWithValueMatching(each -> each instanceof Admitted);
    assertThat(left("alice")).isOne();
    assertThat(shield.stats().limit("elsewhere").rejected()).isZero();
  }

  @Test
  void areRejectedAsSoonAsItSaysThatTheTimeWillNotDo() {
    CompletableFuture<Admission> alice = await("alice");

    elsewhere.reject(Duration.ofSeconds(4));

    assertThat(alice)
        .isCompletedWithValueMatching(each ->
            each instanceof OverLimit over && over.retryAfter().equals(Duration.ofSeconds(4)));
    assertThat(shield.stats().limit("elsewhere").rejected()).isOne();
    assertThat(left("alice")).isEqualTo(2);
    assertThat(shield.stats().waiting()).isZero();
  }

  @Test
  void areRejectedOnceIfItRejectsThemAtTheirLastMoment() {
    CompletableFuture<Admission> alice = await("alice");
    elsewhere.reject(Duration.ofSeconds(3)); // no longer than it waits
    assertThat(alice).isNotDone();
    ticker.advance(Duration.ofSeconds(3));

    elsewhere.reject(SECOND);

    assertThat(alice)
        .isCompletedWithValueMatching(
            each -> each instanceof OverLimit over && over.retryAfter().equals(SECOND));
    assertThat(shield.stats().limit("elsewhere").rejected()).isOne();
    assertThat(left("alice")).isEqualTo(2);
    assertThat(shield.stats().waiting()).isZero();
  }

  @Test
  void askOneAfterTheOtherForOneKey() {
    CompletableFuture<Admission> first = await("alice");
    CompletableFuture<Admission> next = await("alice");
    CompletableFuture<Admission> bob = await("bob");
    assertThat(elsewhere.asked).hasSize(2);

    elsewhere.admit();
    assertThat(first).isDone();
    assertThat(elsewhere.asked).hasSize(2);
    elsewhere.admit();
    assertThat(bob).isDone();
    close(first.join());
    elsewhere.admit();
    assertThat(next).isDone();
  }

  @Test
  void giveEverythingBackIfTheirCallerLeaves() {
    CompletableFuture<Admission> alice = await("alice");

    alice.cancel(false);
    assertThat(left("alice")).isEqualTo(2);
    elsewhere.admit();

    assertThat(elsewhere.used).containsExactly(0L);
    assertThat(shield.stats().waiting()).isZero();
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void failAsItDoes() {
    CompletableFuture<Admission> alice = await("alice");

    elsewhere.asked.remove().completeExceptionally(new IllegalStateException("down"));

    assertThatThrownBy(alice::join).hasRootCauseMessage("down");
    assertThat(left("alice")).isEqualTo(2);
    assertThat(shield.stats().waiting()).isZero();
  }

  @Test
  void areShedIfThereIsNoSlotByThen() {
    CompletableFuture<Admission> alice = await("alice");
    CompletableFuture<Admission> bob = await("bob");
    CompletableFuture<Admission> carol = await("carol");

    elsewhere.admit();
    elsewhere.admit();
    elsewhere.admit();

    assertThat(alice).isCompletedWithValueMatching(each -> each instanceof Admitted);
    assertThat(bob).isCompletedWithValueMatching(each -> each instanceof Admitted);
    assertThat(carol).isCompletedWithValueMatching(each -> each instanceof Shed);
    assertThat(elsewhere.used).containsExactly(0L); // of carol
    assertThat(shield.stats().shed()).isOne();
  }

  @Test
  void waitForAPlaceIfThatIsAskedForAndAskAgainOnceThereIsOne() {
    FlowShield queueing = settings().queueForSlots().build();
    CompletableFuture<Admission> alice = await(queueing, "alice");
    CompletableFuture<Admission> bob = await(queueing, "bob");
    CompletableFuture<Admission> carol = await(queueing, "carol");
    elsewhere.admit();
    elsewhere.admit();
    elsewhere.admit();
    assertThat(bob).isDone();
    assertThat(carol).isNotDone();
    assertThat(elsewhere.asked).isEmpty();
    assertThat(elsewhere.used).containsExactly(0L);

    close(alice.join());
    elsewhere.admit();

    assertThat(carol).isCompletedWithValueMatching(each -> each instanceof Admitted);
    assertThat(queueing.stats().shed()).isZero();
  }
}
