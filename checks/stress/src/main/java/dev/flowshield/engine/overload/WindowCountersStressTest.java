package dev.flowshield.engine.overload;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * Two threads complete work on the same stripe of counters, while a window is read; another window
 * is read at the end. Concurrent additions may be lost, but nothing is counted twice, torn or
 * negative (W1). The results are the completed work and its latencies, by window.
 */
@JCStressTest
@Outcome(
    id = "([12], [01]|3, 0), ([12], [01]|3, 0)",
    expect = ACCEPTABLE,
    desc = "Each is counted once, or was lost.")
@Outcome(expect = FORBIDDEN, desc = "A window has work that never existed.")
@State
public class WindowCountersStressTest {

  private static final long LATENCY = 0x1_0000_0001L; // both halves are visible

  private final WindowCounters sums = new WindowCounters(1);

  @Actor
  public void end() {
    sums.completed(LATENCY, LATENCY, 1);
  }

  @Actor
  public void endAndRead(IIII_Result result) {
    sums.completed(LATENCY, LATENCY, 1);
    sums.completed(LATENCY, LATENCY, 1);
    Window window = sums.read(1);
    result.r1 = (int) window.completed();
    result.r3 = latencies(window);
  }

  @Arbiter
  public void read(IIII_Result result) {
    Window window = sums.read(1);
    result.r2 = (int) window.completed();
    result.r4 = latencies(window);
  }

  private static int latencies(Window window) {
    return window.latencies() % LATENCY == 0 ? (int) (window.latencies() / LATENCY) : -100;
  }
}
