package dev.flowshield.http.watch;

import dev.flowshield.http.binding.WatchedWork;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import java.util.List;

/**
 * A request that is not charged, such as a health check, or that the same shield has admitted
 * before. It holds no slot in flight, so its methods have no effect.
 */
public final class UnchargedRequest implements HttpAdmitted {

  public static final UnchargedRequest INSTANCE = new UnchargedRequest();

  private UnchargedRequest() {}

  @Override
  public List<ShieldResponse.Header> headers() {
    return List.of();
  }

  @Override
  public void responded(int status) {}

  @Override
  public void reportCost(long permits) {
    AdmittedRequest.requireCost(permits);
  }

  @Override
  public boolean markAsStream() {
    return true;
  }

  @Override
  public void failed() {}

  @Override
  public void ignored() {}

  @Override
  public void close() {}

  @Override
  public boolean isClosed() {
    return false;
  }

  @Override
  public void watch(WatchedWork work) {}
}
