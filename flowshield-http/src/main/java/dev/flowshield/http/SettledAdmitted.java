package dev.flowshield.http;

import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.http.Bill.Later;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An admitted request of which some charges were reserved, and are settled at its end.
 *
 * <p>A client that does not wait for the response is charged what was reserved: else leaving early
 * would be a way around the limit.
 */
final class SettledAdmitted extends HttpAdmitted {

  private static final int INTERNAL_SERVER_ERROR = 500;
  private static final long NOT_SAID = -1;

  private final Admitted admitted;
  private final List<Later> later;
  private final AtomicBoolean isSettled = new AtomicBoolean();
  private volatile int status; // 0 until one is said
  private volatile long cost = NOT_SAID;

  SettledAdmitted(Admitted admitted, Unfinished unfinished, List<Later> later) {
    super(admitted, unfinished);
    this.admitted = admitted;
    this.later = later;
  }

  @Override
  public void responded(int newStatus) {
    if (status == 0) {
      status = newStatus;
    }
    super.responded(newStatus);
  }

  @Override
  public void failed() {
    if (status == 0) {
      status = INTERNAL_SERVER_ERROR;
    }
    super.failed();
  }

  @Override
  public void cost(long permits) {
    super.cost(permits);
    cost = permits;
  }

  @Override
  public void close() {
    try {
      if (!isSettled.getAndSet(true)) {
        admitted.settle(
            later.stream().map(each -> each.settled(status, cost)).toArray(Charge[]::new));
      }
    } catch (RuntimeException failure) { // of a limiter kept elsewhere; a close never throws
      StartLog.warn(
          "a limiter must take permits back, got a failure: what was reserved stays"
              + " taken until it comes back by itself",
          failure);
    } finally { // an admission never closed is a place lost for good
      super.close();
    }
  }
}
