package dev.flowshield.http;

import dev.flowshield.Decision;
import dev.flowshield.JointReservation;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.StoreStats;
import dev.flowshield.spi.ForwardingRateLimiter;
import dev.flowshield.spi.LimitStoreProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Opens stores at addresses such as {@code test:a}, which keep limits in this process. */
public final class TestStoreProvider implements LimitStoreProvider {

  /** All that were opened, by all tests. */
  static final List<Store> OPENED = new CopyOnWriteArrayList<>();

  /** A store. */
  static final class Store implements LimitStore {

    private final String uri;
    private final Map<String, String> options;
    private final AtomicInteger peeked = new AtomicInteger();
    private volatile boolean isClosed;

    Store(String uri, Map<String, String> options) {
      this.uri = uri;
      this.options = options;
    }

    Map<String, String> options() {
      return options;
    }

    /** How often it was asked how a key stands. */
    int peeked() {
      return peeked.get();
    }

    boolean isClosed() {
      return isClosed;
    }

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      LimiterSpec plain = LimiterSpec.ofAll(spec.limits()).withTicker(spec.ticker());
      return new Kept(RateLimiter.of(plain), peeked);
    }

    @Override
    public CompletionStage<JointReservation> reserveAllAsync(List<StoreCharge> charges) {
      List<Reservation.Held> held = new ArrayList<>();
      for (StoreCharge charge : charges) {
        Reservation answer = charge.limiter().reserve(charge.key(), charge.permits());
        if (answer instanceof Reservation.Rejected rejected) {
          new JointReservation.Held(held).cancel();
          return CompletableFuture.completedFuture(
              new JointReservation.Rejected(held.size(), rejected.decision()));
        }
        held.add((Reservation.Held) answer);
      }
      return CompletableFuture.completedFuture(new JointReservation.Held(held));
    }

    @Override
    public StoreStats stats() {
      return new StoreStats(!isClosed, "", Duration.ZERO, 0, 0, 0, 0, 1);
    }

    @Override
    public void close() {
      isClosed = true;
    }

    @Override
    public String toString() {
      return uri;
    }
  }

  private record Kept(RateLimiter delegate, AtomicInteger peeked) implements ForwardingRateLimiter {

    @Override
    public Decision peek(String key) {
      peeked.incrementAndGet();
      return delegate.peek(key);
    }
  }

  /** The one that was opened last at an address. */
  static Store at(String uri) {
    Store last = null;
    for (Store store : OPENED) {
      last = store.uri.equals(uri) ? store : last;
    }
    if (last == null) {
      throw new AssertionError("none was opened at " + uri);
    }
    return last;
  }

  @Override
  public String form() {
    return "test:name";
  }

  @Override
  public boolean canOpen(String uri) {
    return uri.startsWith("test:");
  }

  @Override
  public LimitStore open(String uri, Map<String, String> options) {
    Store store = new Store(uri, options);
    OPENED.add(store);
    return store;
  }
}
