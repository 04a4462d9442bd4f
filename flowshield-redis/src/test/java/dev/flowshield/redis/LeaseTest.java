package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeaseTest {

  private static final long MILLI = 1_000_000;
  private static final StoredRates RATES = new StoredRates(RateLimit.parseAll("1000/s"), 1);

  private long now;
  private final Lease lease = new Lease("alice", RATES, now);

  private static ScriptReply giving(long permits) {
    return new ScriptReply(permits, 0, 0, new long[1], new long[1]);
  }

  /** Requests for a permit, so many each millisecond; answers how many of them it gave. */
  private int use(int millis, int each) {
    int given = 0;
    for (int milli = 0; milli < millis; milli++) {
      now += MILLI;
      for (int i = 0; i < each; i++) {
        lease.use(1);
        given += take(1) == null ? 0 : 1;
      }
    }
    return given;
  }

  private @Nullable ScriptReply take(long permits) {
    return lease.take(permits, now);
  }

  @Test
  void coversFiftyMillisecondsOfWhatWasUsedLately() {
    assertThat(use(10, 1)).isZero();
    assertThat(lease.beginCall(100, now)).isEqualTo(50);
    lease.end(giving(50), now);
    assertThat(use(20, 1)).isEqualTo(20);
    assertThat(lease.beginCall(100, now)).as("more than half is left").isZero();
    assertThat(use(5, 1)).isEqualTo(5);
    assertThat(lease.beginCall(100, now)).isEqualTo(25);
    lease.end(giving(25), now);
    assertThat(use(60, 1)).isEqualTo(50);
  }

  @Test
  void isNoLargerThanAllowed() {
    use(10, 10);
    assertThat(lease.beginCall(30, now)).isEqualTo(30);
    lease.end(giving(30), now);
    assertThat(use(10, 10)).isEqualTo(30);
  }

  @Test
  void isNotAskedForByTwoAtATime() {
    use(10, 10);
    assertThat(lease.beginCall(30, now)).isEqualTo(30);
    use(20, 10);
    assertThat(lease.beginCall(30, now)).isZero();
    lease.end(giving(0), now);
    assertThat(lease.beginCall(30, now)).isEqualTo(30);
  }

  @Test
  void waitsBeforeItAsksAgainForWhatWasNotThere() {
    use(10, 10);
    assertThat(lease.beginCall(30, now)).isEqualTo(30);
    lease.end(giving(2), now);
    use(9, 10);
    assertThat(lease.beginCall(30, now)).isZero();
    use(1, 10);
    assertThat(lease.beginCall(30, now)).isEqualTo(30);
  }

  @Test
  void isNotForAKeyThatIsSeldomAskedFor() {
    for (int i = 0; i < 20; i++) {
      use(1, 1);
      now += 49 * MILLI;
      assertThat(lease.beginCall(100, now)).isZero();
    }
  }

  @Test
  void endsAfterHalfASecondWithWhatIsLeft() {
    use(10, 1);
    lease.beginCall(100, now);
    lease.end(giving(50), now);
    now += 499 * MILLI;
    assertThat(take(1)).isNotNull();
    now += MILLI;
    assertThat(take(1)).isNull();
    use(10, 5);
    long more = lease.beginCall(100, now);
    lease.end(giving(more), now);
    assertThat(use(1, 200)).as("nothing of the lease before").isEqualTo((int) more);
  }

  /** An answer that gives permits, of a bucket that owed nothing before; they are named by time. */
  private static ScriptReply giving(long permits, long time) {
    return new ScriptReply(
        permits, time, 0, new long[] {permits * RATES.get(0).price()}, new long[1]);
  }

  @Test
  void tellsByWhichAnswerOfTheStoreEachPermitWasPaid() {
    long price = RATES.get(0).price();
    use(10, 10);
    assertThat(lease.beginCall(10, now)).isEqualTo(10);
    lease.end(giving(10, 1), now);
    ScriptReply first = Objects.requireNonNull(take(2));
    assertThat(first.time()).isEqualTo(1);
    assertThat(first.debts()).containsExactly(2 * price); // when two of them were taken
    use(10, 1);
    assertThat(take(1)).isNull();
    use(10, 10);
    assertThat(lease.beginCall(10, now)).isEqualTo(10);
    lease.end(giving(10, 2), now);
    assertThat(Objects.requireNonNull(take(3)).debts()).containsExactly(3 * price);
    use(10, 1); // of which it has seven
    use(10, 10);
    assertThat(lease.beginCall(4, now)).isEqualTo(4);
    lease.end(giving(4, 3), now);
    assertThat(lease.beginCall(8, now)).isZero(); // it is asked for again after a while
    use(5, 0);
    use(1, 0);
    assertThat(Objects.requireNonNull(take(1)).time()).isEqualTo(3);
    lease.use(100);
    long more = lease.beginCall(8, now);
    assertThat(more).isEqualTo(5);
    lease.end(giving(more, 4), now);
    ScriptReply across = Objects.requireNonNull(take(4));
    assertThat(across.time()).as("of the older one, as three are of that").isEqualTo(3);
    assertThat(across.debts()).containsExactly(4 * price);
    assertThat(Objects.requireNonNull(take(4)).time()).isEqualTo(4);
  }

  @Test
  void isATenthOfTheBurstOverAllInstancesOrNone() {
    assertThat(Lease.most(RATES, 1)).isEqualTo(100);
    assertThat(Lease.most(RATES, 3)).isEqualTo(33);
    assertThat(Lease.most(RATES, 50)).isEqualTo(2);
    assertThat(Lease.most(RATES, 51)).isZero();
    assertThat(Lease.most(new StoredRates(RateLimit.parseAll("1000/s, 9000/h burst 50"), 1), 1))
        .isEqualTo(5);
  }
}
