package dev.flowshield.examples.guide;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** An executor that takes no more tasks than its threads can work off in good time. */
public final class AroundTasks {

  private AroundTasks() {}

  // snippet: overload-tasks
  static Executor shielded(
      Executor threads, FlowShield shield) { // with inFlight(InFlightLimit.auto())
    return task -> {
      Admission admission = shield.admit();
      if (!(admission instanceof Admitted admitted)) {
        throw new RejectedExecutionException("busy");
      }
      boolean taken = false;
      try {
        threads.execute(() -> {
          try {
            task.run();
          } catch (Throwable failure) {
            admitted.failed(); // its latency does not count
            throw failure;
          } finally {
            admitted.close();
          }
        });
        taken = true;
      } finally {
        if (!taken) {
          admitted.ignored();
          admitted.close();
        }
      }
    };
  }
  // end
}
