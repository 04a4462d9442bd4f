package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import org.junit.jupiter.api.Test;

class LeaseTest {

  private static final long MILLI = 1_000_000;
  private static final StoredRates RATES = new StoredRates(RateLimit.parseAll("1000/s"), 1);

  private long now;
  private final Lease lease = new Lease("alice", RATES, now);

  private static Reply giving(long permits) {
    return new Reply(permits, new long[1]);
  }

  /** Requests for a permit, so many each millisecond; answers how many of them it gave. */
  private int use(int millis, int each) {
    int given = 0;
    for (int milli = 0; milli < millis; milli++) {
      now += MILLI;
      for (int i = 0; i < each; i++) {
        lease.use(1);
        given += take(1) ? 1 : 0;
      }
    }
    return given;
  }

  private boolean take(long permits) {
    return lease.take(permits, now);
  }

  @Test
  void coversFiftyMillisecondsOfWhatWasUsedLately() {
    assertThat(use(10, 1)).isZero();
    assertThat(lease.beginAsking(100, now)).isEqualTo(50);
    lease.end(giving(50), now);
    assertThat(use(20, 1)).isEqualTo(20);
    assertThat(lease.beginAsking(100, now)).as("more than half is left").isZero();
    assertThat(use(5, 1)).isEqualTo(5);
    assertThat(lease.beginAsking(100, now)).isEqualTo(25);
    lease.end(giving(25), now);
    assertThat(use(60, 1)).isEqualTo(50);
  }

  @Test
  void isNoLargerThanAllowed() {
    use(10, 10);
    assertThat(lease.beginAsking(30, now)).isEqualTo(30);
    lease.end(giving(30), now);
    assertThat(use(10, 10)).isEqualTo(30);
  }

  @Test
  void isNotAskedForByTwoAtATime() {
    use(10, 10);
    assertThat(lease.beginAsking(30, now)).isEqualTo(30);
    use(20, 10);
    assertThat(lease.beginAsking(30, now)).isZero();
    lease.end(giving(0), now);
    assertThat(lease.beginAsking(30, now)).isEqualTo(30);
  }

  @Test
  void waitsBeforeItAsksAgainForWhatWasNotThere() {
    use(10, 10);
    assertThat(lease.beginAsking(30, now)).isEqualTo(30);
    lease.end(giving(2), now);
    use(9, 10);
    assertThat(lease.beginAsking(30, now)).isZero();
    use(1, 10);
    assertThat(lease.beginAsking(30, now)).isEqualTo(30);
  }

  @Test
  void isNotForAKeyThatIsSeldomAskedFor() {
    for (int i = 0; i < 20; i++) {
      use(1, 1);
      now += 49 * MILLI;
      assertThat(lease.beginAsking(100, now)).isZero();
    }
  }

  @Test
  void endsAfterHalfASecondWithWhatIsLeft() {
    use(10, 1);
    lease.beginAsking(100, now);
    lease.end(giving(50), now);
    now += 499 * MILLI;
    assertThat(take(1)).isTrue();
    now += MILLI;
    assertThat(take(1)).isFalse();
    use(10, 5);
    long more = lease.beginAsking(100, now);
    lease.end(giving(more), now);
    assertThat(use(1, 200)).as("nothing of the lease before").isEqualTo((int) more);
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
