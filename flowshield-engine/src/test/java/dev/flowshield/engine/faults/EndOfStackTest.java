package dev.flowshield.engine.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Shed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Threads whose stack does end, with calls at every depth from there up: interpreted and compiled,
 * as the JVM has it.
 */
@Tag("class-path-only")
class EndOfStackTest {

  private static final int STACK_BYTES = 256 * 1024;
  private static final int THREADS = 200; // the first of them interpret, the last have it compiled
  private static final int WARM_UP = 40_000;
  private static final int BURST = 1_000_000; // more than is asked for
  private static final int CAP = 3;

  // Made before, as making them takes deep calls. Most of them are newcomers whenever they come.
  private static final List<String> KEYS =
      IntStream.range(0, 500).mapToObj(i -> "key " + i).toList();
  private static final List<List<RateLimit>> LIMITS =
      List.of(RateLimit.parseAll("1000/s burst 500"), RateLimit.parseAll("1000/s burst 400"));

  private long nanos = 1L << 50; // a manual ticker takes a lock, which would be lost as well
  private @Nullable Admitted open; // a field, as a call to remember it may be one too many
  private final long[] told = new long[2];
  private int calls;
  private int overflows;
  private int answers;

  @Test
  void leavesEveryPlaceAndEveryPermitOfAShield() throws Exception {
    FlowShield shield = FlowShield.builder()
        .ticker(() -> nanos)
        .limit(RateLimit.parse("1000/s").withBurst(BURST))
        .limit(Limit.each(Limit.KEY, "1000/s burst 500").withMaxKeys(60))
        .inFlight(CAP)
        .build();

    toTheEndOfTheStack(() -> {
      if (open != null) { // the stack ended before it was closed
        open.close();
        open = null;
      }
      nanos += 1_000_000;
      calls++;
      Admission admission = shield.admit(KEYS.get(calls % KEYS.size()));
      if (admission instanceof Admitted admitted) {
        open = admitted;
        admitted.close();
        open = null;
      }
    });

    if (open != null) {
      open.close();
    }
    assertThat(shield.stats().inFlight()).isZero();
    nanos += Duration.ofHours(1).toNanos();
    assertThat(shield.peek("key", KEYS.get(0)).remaining()).isEqualTo(500);
    assertThat(shield.peek("everyone", "").remaining())
        .isBetween(BURST - BURST / 64L, (long) BURST);
    for (int i = 0; i < CAP; i++) {
      assertThat(shield.admit("bob")).isInstanceOf(Admitted.class);
    }
  }

  @Test
  void leavesALimiterAsItWas() throws Exception {
    RateLimiter limiter = LimiterSubject.limiter(
        "token-bucket",
        LimiterSpec.of(RateLimit.parse("1000/s burst 500"))
            .withTicker(() -> nanos)
            .withMaxKeys(60));

    toTheEndOfTheStack(() -> {
      nanos += 1_000_000;
      calls++;
      switch (calls % 16) {
        case 0 -> limiter.changeTo(LIMITS.get(calls / 16 % 2));
        case 1 -> limiter.reset("alice");
        case 2 -> limiter.reset("");
        case 3 -> limiter.reserve("alice", 2);
        case 4, 5, 6 -> limiter.tryAcquire();
        case 7, 8, 9 -> limiter.tryAcquire("alice");
        default -> limiter.tryAcquire(KEYS.get(calls % KEYS.size()));
      }
    });

    limiter.changeTo(LIMITS.get(0));
    nanos += Duration.ofHours(1).toNanos();
    for (String key : new String[] {"alice", "", "bob"}) {
      for (int i = 0; i < 500; i++) {
        assertThat(limiter.tryAcquire(key)).as("permit %s of '%s'", i, key).isTrue();
      }
      assertThat(limiter.tryAcquire(key))
          .as("permit beyond the burst of '%s'", key)
          .isFalse();
    }
  }

  @Test
  void leavesEachKindOfRejectionToBeToldAgain() throws Exception {
    FlowShield shield = FlowShield.builder()
        .ticker(() -> nanos)
        .perKey(RateLimit.of(1, Duration.ofDays(366)))
        .inFlight(CAP)
        .onRejection(
            event -> told[event.rejection() instanceof Shed ? 1 : 0]++, task -> deepen(20, task))
        .build();
    for (String key : KEYS.subList(0, CAP)) { // whose work goes on, so all others are shed
      assertThat(shield.admit(key)).isInstanceOf(Admitted.class);
    }
    Runnable call = () -> {
      nanos += Duration.ofMillis(200).toNanos();
      calls++;
      shield.admit(KEYS.get(calls % 2 * CAP));
    };

    toTheEndOfTheStack(call);

    long[] before = told.clone();
    call.run();
    call.run();
    assertThat(told).as("told").containsExactly(before[0] + 1, before[1] + 1);
  }

  /** As an executor that needs more of the stack than its caller had to have. */
  private static void deepen(int calls, Runnable task) {
    if (calls == 0) {
      task.run();
    } else {
      deepen(calls - 1, task);
    }
  }

  private void toTheEndOfTheStack(Runnable call) throws Exception {
    for (int i = 0; i < 20; i++) {
      call.run(); // a class whose initialization finds the end of the stack is lost for good
    }
    for (int i = 0; i < THREADS; i++) {
      onThread(() -> {
        downAndUp(call);
        return null;
      });
      onThread(() -> {
        for (int warm = 0; warm < WARM_UP / THREADS; warm++) {
          call.run();
        }
        return null;
      });
    }
    assertThat(overflows).as("calls that found the end of the stack").isGreaterThan(THREADS);
    assertThat(answers).as("calls that did not").isGreaterThan(THREADS);
  }

  /** Goes on until the stack ends, and calls on the way back from each depth. */
  private void downAndUp(Runnable call) {
    try {
      if (overflows >= 0) { // always
        downAndUp(call);
      }
    } catch (StackOverflowError end) {
      overflows++;
    }
    call.run(); // throws to the frame above as long as there is too little left
    answers++;
  }

  private static void onThread(Callable<Void> task) throws Exception {
    Throwable[] failure = new Throwable[1];
    Thread thread = new Thread(
        null,
        () -> {
          try {
            task.call();
          } catch (Throwable thrown) {
            failure[0] = thrown;
          }
        },
        "with a small stack",
        STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    thread.join(Duration.ofSeconds(60).toMillis());
    assertThat(thread.isAlive()).as("a call without end").isFalse();
    assertThat(failure[0]).isNull();
  }
}
