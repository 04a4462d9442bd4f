package dev.flowshield.servlet.auto.app;

import dev.flowshield.JointReservation;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.StoreStats;
import dev.flowshield.spi.LimitStoreProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.logging.Logger;

/** A store at the address {@code open:store}, which logs when it is opened and closed. */
public final class OpenStore implements LimitStoreProvider, LimitStore {

  private static final Logger LOG = Logger.getLogger("dev.flowshield.servlet.auto.app");

  /** Creates the provider, which is its only store. For the service loader. */
  public OpenStore() {}

  @Override
  public String form() {
    return "open:store";
  }

  @Override
  public boolean canOpen(String uri) {
    return uri.startsWith("open:");
  }

  @Override
  public LimitStore open(String uri, Map<String, String> options) {
    LOG.info("FlowShield: the store is open");
    return this;
  }

  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    return RateLimiter.of(LimiterSpec.ofAll(spec.limits()).withTicker(spec.ticker()));
  }

  @Override
  public CompletionStage<JointReservation> reserveAllAsync(List<StoreCharge> charges) {
    throw new UnsupportedOperationException("the application has one limit");
  }

  @Override
  public StoreStats stats() {
    return new StoreStats(true, "", Duration.ZERO, 0, 0, 0, 0, 1);
  }

  @Override
  public void close() {
    LOG.info("FlowShield: the store is closed");
  }

  @Override
  public String toString() {
    return form();
  }
}
