package dev.flowshield.http;

import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.http.RequestCharges.Estimate;
import dev.flowshield.http.ShieldResponse.Header;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An admitted request that has more to it than a place in flight: headers for its response, or
 * charges that were reserved and are settled at its end.
 *
 * <p>A client that does not wait for the response is charged what was reserved: else leaving early
 * would be a way around the limit.
 */
final class DetailedHttpAdmitted extends HttpAdmitted {

  private static final int INTERNAL_SERVER_ERROR = 500;
  private static final long NOT_SAID = -1;

  private final Admitted admitted;
  private final List<Estimate> later;
  private final List<Header> headers;
  private final AtomicBoolean isSettled = new AtomicBoolean();
  private volatile int status; // 0 until one is said
  private volatile long cost = NOT_SAID;

  DetailedHttpAdmitted(
      Admitted admitted,
      Owner owner,
      @Nullable String client,
      List<Estimate> later,
      List<Header> headers) {
    super(admitted, owner, client);
    this.admitted = admitted;
    this.later = later;
    this.headers = headers;
  }

  @Override
  public List<Header> headers() {
    return headers;
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
      if (!later.isEmpty() && !isSettled.getAndSet(true)) {
        admitted.settle(
            later.stream().map(each -> each.settled(status, cost)).toArray(Charge[]::new));
      }
    } catch (RuntimeException failure) { // of a limiter kept elsewhere; a close never throws
      StartupLog.warn(
          "a limiter must take permits back, got a failure: what was reserved stays"
              + " taken until it comes back by itself",
          failure);
    } finally { // an admission never closed is a place lost for good
      super.close();
    }
  }
}
