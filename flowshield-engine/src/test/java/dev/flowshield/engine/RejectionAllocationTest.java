package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.flowshield.engine.RejectionEvent.Kind;
import dev.flowshield.engine.penalty.Penalties;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is kept of rejections costs a rejection no memory. */
@Tag("jdk-tools")
class RejectionAllocationTest {

  private static final int CALLS = 20_000;
  private static final int ROUNDS = 30;
  private static final double NOTHING = 0.01; // the measuring itself, spread over the calls

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void countingBreachesAndAskingForBlocksAllocatesNothing() {
    Penalties penalties =
        Penalty.after(3, Duration.ofMinutes(1)).withMaxOffenders(1000).table(0);

    assertThat(bytes(i -> penalties.breached((long) (i % 3000 + 1) << 20, i))).isLessThan(NOTHING);
    assertThat(bytes(i -> penalties.blockedForNanos((long) (i % 6000 + 1) << 20, i)))
        .isLessThan(NOTHING);
    assertThat(penalties.offenders(CALLS)).isNotEmpty();
  }

  @Test
  void aFloodAgainstATableFullOfOffendersAllocatesNothing() {
    Penalties full = Penalty.after(1, Duration.ofMinutes(1)).withMaxOffenders(4).table(0);
    for (int i = 1; i < 100; i++) {
      full.breached(i, 0);
    }
    assertThat(full.breached(1000, 0)).as("there is no slot for it").isZero();

    assertThat(bytes(i -> full.breached(i + 1000, i))).isLessThan(NOTHING);
  }

  @Test
  void lookingForThoseRejectedMostAllocatesNothing() {
    TopRejected sampled = new TopRejected(true);
    TopRejected every = new TopRejected(true, 0, 1);
    assertThat(bytes(i -> {
          sampled.rejected(i, "alice");
          return i;
        }))
        .isLessThan(NOTHING);
    assertThat(bytes(i -> {
          every.rejected(i, "alice");
          return i;
        }))
        .isLessThan(NOTHING);
  }

  @Test
  void aRejectionThatIsNotToldAllocatesNothing() {
    RejectionEvents events = new RejectionEvents(event -> {}, Runnable::run, false, 0);
    events.rejected(Kind.SHED, Shed.FULL, 1, "", 0);
    assertThat(bytes(i -> {
          events.rejected(Kind.SHED, Shed.FULL, 1, "", i);
          return i;
        }))
        .isLessThan(NOTHING);
    assertThat(events.suppressed()).isEqualTo((long) CALLS * ROUNDS);
  }

  private interface Call {
    long run(int i);
  }

  /** Bytes a call, the least of many rounds: before the last the compiler may still be at work. */
  private double bytes(Call call) {
    long least = Long.MAX_VALUE;
    long used = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CALLS; i++) {
        used |= call.run(i);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(used).isNotNegative(); // the answers are used, so nothing is optimised away
    return (double) least / CALLS;
  }
}
