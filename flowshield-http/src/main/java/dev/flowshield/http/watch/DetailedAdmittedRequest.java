package dev.flowshield.http.watch;

import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.http.charge.RequestCharges.Estimate;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import dev.flowshield.http.process.ShieldLog;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An admitted request with headers for its response, or with charges to settle at its end.
 *
 * <p>A client that does not wait for the response is charged the estimate. Otherwise leaving early
 * would evade the limit.
 */
public final class DetailedAdmittedRequest extends AdmittedRequest {

  private static final int INTERNAL_SERVER_ERROR = 500;
  private static final long NOT_REPORTED = -1;

  private final Admitted admitted;
  private final List<Estimate> estimates;
  private final List<Header> headers;
  private final AtomicBoolean isSettled = new AtomicBoolean();
  private volatile int status; // 0 until reported
  private volatile long cost = NOT_REPORTED;

  public DetailedAdmittedRequest(
      Admitted admitted,
      Owner owner,
      @Nullable String client,
      List<Estimate> estimates,
      List<Header> headers) {
    super(admitted, owner, client);
    this.admitted = admitted;
    this.estimates = estimates;
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
  public void reportCost(long permits) {
    super.reportCost(permits);
    cost = permits;
  }

  @Override
  public void close() {
    try {
      if (!estimates.isEmpty() && !isSettled.getAndSet(true)) {
        admitted.settle(
            estimates.stream().map(each -> each.settled(status, cost)).toArray(Charge[]::new));
      }
    } catch (RuntimeException failure) { // of a limiter outside the engine; a close never throws
      ShieldLog.warn(
          "a limiter must take permits back, got a failure: what was reserved stays"
              + " taken until it comes back by itself",
          failure);
    } finally { // an admission that is never closed is a slot lost for good
      super.close();
    }
  }
}
