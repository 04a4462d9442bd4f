package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is counted as admitted stays counted: who reads the counts often sees them only rise. */
class RisingCountsTest {

  private static final int COLLISIONS = 10_000;

  private final List<List<Long>> readings = new ArrayList<>();

  private static List<Long> counts(FlowShield shield) {
    ShieldStats stats = shield.stats();
    return List.of(stats.admitted(), stats.wouldShed(), stats.limits().get(0).admitted());
  }

  private void read(FlowShield shield) {
    readings.add(counts(shield));
  }

  @Test
  void countNoRequestThatALimiterOfAnotherKindRejectsAtLast() {
    FlowShield[] shield = new FlowShield[1];
    RateLimiter rejecting = (key, permits) -> {
      read(shield[0]); // the slot is taken, and the permits of the first limit
      return new Decision.Rejected(0, 1);
    };
    shield[0] = FlowShield.builder()
        .limit("10/s")
        .limit(Limit.each("other", "10/s").withLimiter(rejecting))
        .inFlight(InFlightLimit.of(1).shadow())
        .ticker(ManualTicker.startingAt(0))
        .build();
    Admission first = shield[0].admit(Charge.of("everyone"));

    assertThat(shield[0].admit("alice")).isInstanceOf(OverLimit.class);
    read(shield[0]);
    ((Admitted) first).close();

    assertThat(readings).containsExactly(List.of(1L, 0L, 1L), List.of(1L, 0L, 1L));
  }

  @Test
  void countNoRequestWhoseCallerLeavesBeforeALimiterOfAnotherKindAnswers() {
    CompletableFuture<Decision> answer = new CompletableFuture<>();
    RateLimiter slow = new RateLimiter() {
      @Override
      public Decision decide(String key, long permits) {
        throw new IllegalStateException("is asked without blocking");
      }

      @Override
      public CompletableFuture<Decision> decideAsync(String key, long permits) {
        return answer;
      }
    };
    FlowShield shield = FlowShield.builder()
        .limit("10/s")
        .limit(Limit.each("other", "10/s").withLimiter(slow))
        .inFlight(10)
        .build();
    CompletableFuture<Admission> asked = shield.admitAsync(Request.of("alice"));
    read(shield);
    asked.cancel(false);
    answer.complete(new Decision.Admitted(9));
    read(shield);

    assertThat(readings).containsExactly(List.of(0L, 0L, 0L), List.of(0L, 0L, 0L));
    assertThat(shield.stats().inFlight()).isZero();
  }

  /** A clock that holds two threads until both read it and the counts were read in between. */
  private static final class Meeting implements Ticker {

    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private final ThreadLocal<@Nullable Integer> round = new ThreadLocal<>();
    private volatile long time;

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // three threads, and perhaps two processors
    public long nanos() {
      Integer mine = round.get();
      if (mine != null) {
        round.remove(); // a loser reads again and is not held
        int before = reads.get();
        arrived.incrementAndGet();
        while (arrived.get() < 2 * mine || reads.get() < before + 2) {
          Thread.yield();
        }
        time = Duration.ofSeconds(mine).toNanos();
      }
      return time;
    }
  }

  @Test
  void countTwoThreadsThatAlwaysCollide() {
    Meeting meeting = new Meeting();
    FlowShield shield = FlowShield.builder()
        .limit("1/s")
        .inFlight(InFlightLimit.of(1).shadow())
        .ticker(meeting)
        .build();
    CompletableFuture<Void> both = CompletableFuture.allOf(
        CompletableFuture.runAsync(() -> collide(shield, meeting), RisingCountsTest::begin),
        CompletableFuture.runAsync(() -> collide(shield, meeting), RisingCountsTest::begin));
    List<Long> before = counts(shield);
    List<String> falls = new ArrayList<>();
    while (!both.isDone()) {
      List<Long> counts = counts(shield);
      for (int i = 0; i < counts.size(); i++) {
        if (counts.get(i) < before.get(i)) {
          falls.add("from " + before + " to " + counts);
        }
      }
      before = counts;
      meeting.reads.incrementAndGet();
    }
    both.join();

    assertThat(falls).isEmpty();
    assertThat(shield.stats().admitted()).isEqualTo(COLLISIONS);
    assertThat(shield.stats().limit("everyone").admitted()).isEqualTo(COLLISIONS);
    assertThat(shield.stats().wouldShed()).isLessThanOrEqualTo(COLLISIONS);
  }

  private static void collide(FlowShield shield, Meeting meeting) {
    for (int i = 1; i <= COLLISIONS; i++) {
      meeting.round.set(i);
      if (shield.admit() instanceof Admitted mine) {
        mine.close();
      }
    }
  }

  private static void begin(Runnable task) {
    Thread thread = new Thread(task, "collides");
    thread.setDaemon(true);
    thread.start();
  }
}
