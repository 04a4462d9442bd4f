package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.flowshield.Decision;
import dev.flowshield.JointReservation;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.StoreStats;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A shield with several limits that one store keeps, which is asked for them in one call. */
class LimitsOfOneStoreTest {

  private static final Request ALICE = Request.of("alice");

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Store store = new Store();
  private final FlowShield shield = FlowShield.builder()
      .limit(Limit.each("own", "5/day"))
      .limit(Limit.together("all", "9/day").withStore(store))
      .limit(Limit.each("tried", "1/day").withStore(store).shadow())
      .limit(Limit.each("each", "5/day").withStore(store))
      .inFlight(2)
      .ticker(ticker)
      .build();

  /** Keeps the questions until the test answers them. */
  private static final class Store implements LimitStore {

    private final Deque<List<StoreCharge>> charges = new ArrayDeque<>();
    private final Deque<CompletableFuture<JointReservation>> asked = new ArrayDeque<>();
    private final List<Long> used = new ArrayList<>();
    private @Nullable LaterLimiter alone; // the limiter that was asked by itself
    private @Nullable JointReservation atOnce;
    private boolean isSilent;

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      LaterLimiter limiter = new LaterLimiter();
      alone = spec.name().equals("tried") ? limiter : alone;
      return limiter;
    }

    @Override
    @SuppressWarnings("NullAway") // as a store may that breaks the contract
    public CompletionStage<JointReservation> reserveAllAsync(List<StoreCharge> wanted) {
      charges.add(wanted);
      if (isSilent) {
        return null;
      }
      if (atOnce != null) {
        return CompletableFuture.completedFuture(atOnce);
      }
      CompletableFuture<JointReservation> answer = new CompletableFuture<>();
      asked.add(answer);
      return answer;
    }

    JointReservation.Held held(int count) {
      List<Reservation.Held> held = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int index = i;
        held.add(new Reservation.Held(
            1, new Decision.Admitted(4), permits -> used.add(10L * index + permits)));
      }
      return new JointReservation.Held(held);
    }

    void admit() {
      asked.remove().complete(held(2));
    }

    void reject(int index) {
      Decision.Rejected rejected =
          new Decision.Rejected(0, Duration.ofSeconds(7).toNanos());
      asked.remove().complete(new JointReservation.Rejected(index, rejected));
    }

    LaterLimiter shadow() {
      return Objects.requireNonNull(alone);
    }

    @Override
    public StoreStats stats() {
      return new StoreStats(true, "", Duration.ZERO, 0, 0, 0, 0, 1);
    }

    @Override
    public void close() {}
  }

  private void assertNothingIsTaken() {
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.stats().admitted()).isZero();
    assertThat(shield.peek("own", "alice").remaining()).isEqualTo(5);
  }

  @Test
  void isAskedOnceForAllThatAreEnforcedAndThenForTheShadow() {
    CompletableFuture<Admission> answer = shield.admitAsync(ALICE);

    assertThat(store.charges.remove())
        .extracting(LimitStore.StoreCharge::key, LimitStore.StoreCharge::permits)
        .containsExactlyInAnyOrder(tuple("", 1L), tuple("alice", 1L));
    assertThat(store.shadow().asked).isEmpty();
    store.admit();
    assertThat(answer).isNotDone();
    store.shadow().reject(Duration.ofSeconds(1));

    assertThat(answer.join()).isInstanceOf(Admitted.class);
    assertThat(store.charges).isEmpty();
    assertThat(store.used).isEmpty();
    assertThat(shield.stats().limit("tried").rejected()).isEqualTo(1);
  }

  @Test
  void rejectsByTheLimitThatItNames() {
    CompletableFuture<Admission> answer = shield.admitAsync(ALICE);
    boolean isAllFirst = store.charges.element().get(0).key().isEmpty();
    store.reject(isAllFirst ? 0 : 1);

    assertThat(answer.join()).isInstanceOfSatisfying(OverLimit.class, over -> {
      assertThat(over.name()).isEqualTo("all");
      assertThat(over.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    });
    assertThat(shield.stats().limit("all").rejected()).isEqualTo(1);
    assertThat(shield.stats().limit("each").rejected()).isZero();
    assertNothingIsTaken();
  }

  @Test
  void takesBackWhatItGaveToACallerThatHasLeft() {
    CompletableFuture<Admission> answer = shield.admitAsync(ALICE);
    answer.cancel(false);
    store.admit();

    assertThat(store.used).containsExactly(0L, 10L);
    assertNothingIsTaken();
  }

  @Test
  void takesBackWhatItGaveWhereThereIsNoSlotAnyMore() {
    CompletableFuture<Admission> answer = shield.admitAsync(ALICE);
    store.atOnce = store.held(2);
    List<CompletableFuture<Admission>> others =
        List.of(shield.admitAsync(Request.of("bob")), shield.admitAsync(Request.of("carol")));
    store.shadow().admit();
    store.shadow().admit();
    assertThat(others).allSatisfy(other -> assertThat(other.join()).isInstanceOf(Admitted.class));
    store.admit();
    store.shadow().admit();

    assertThat(answer.join()).isInstanceOf(Shed.class);
    assertThat(store.used).containsExactlyInAnyOrder(0L, 10L);
  }

  @Test
  void settlesWhatEachOfThemGave() {
    CompletableFuture<Admission> answer = shield.admitAsync(ALICE.reserved());
    store.admit();
    store.shadow().admit();
    ((Admitted) answer.join()).settle(3);

    assertThat(store.used).containsExactlyInAnyOrder(3L, 13L);
  }

  @Test
  void failsTheRequestIfItFails() {
    CompletableFuture<Admission> answer = shield.admitAsync(ALICE);
    store.asked.remove().completeExceptionally(new IllegalStateException("broken"));

    assertThat(answer)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("broken");
    assertNothingIsTaken();
  }

  @Test
  void failsTheRequestIfItAnswersNothingThatMakesSense() {
    List<JointReservation> answers = List.of(
        store.held(1),
        store.held(3),
        new JointReservation.Rejected(2, new Decision.Rejected(0, 1)));
    for (JointReservation wrong : answers) {
      store.used.clear();
      CompletableFuture<Admission> answer = shield.admitAsync(ALICE);
      store.asked.remove().complete(wrong);

      assertThat(answer)
          .failsWithin(Duration.ZERO)
          .withThrowableThat()
          .withMessageContaining("must be Admitted or Rejected");
      assertThat(store.used)
          .hasSize(
              wrong instanceof JointReservation.Held held ? held.reservations().size() : 0);
      assertNothingIsTaken();

      store.atOnce = wrong;
      assertThatThrownBy(() -> shield.admit(ALICE)).isInstanceOf(IllegalStateException.class);
      assertNothingIsTaken();
      store.atOnce = null;
    }
    store.isSilent = true;
    assertThatThrownBy(() -> shield.admit(ALICE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("got null");
    assertNothingIsTaken();
  }

  @Test
  void isWaitedForByACallerThatHasAThread() {
    FlowShield plain = FlowShield.builder()
        .limit(Limit.together("all", "9/day").withStore(store))
        .limit(Limit.each("each", "5/day").withStore(store))
        .ticker(ticker)
        .build();
    store.atOnce = store.held(2);
    Admission admission = plain.admit(ALICE.reserved());
    assertThat(admission).isInstanceOf(Admitted.class);
    ((Admitted) admission).settle(0);
    assertThat(store.used).containsExactlyInAnyOrder(0L, 10L);

    store.atOnce = new JointReservation.Rejected(1, new Decision.Rejected(0, 5));
    assertThat(plain.admit(ALICE)).isInstanceOf(OverLimit.class);
    assertThat(plain.stats().overLimit()).isEqualTo(1);
  }
}
