package dev.flowshield.micrometer;

import dev.flowshield.LimitStore;
import dev.flowshield.engine.FlowShield;
import java.util.List;

/** The meters of the stores that keep limits of a shield, once for each store. */
final class StoreMeters {

  private static final String FIRST = "default";

  private StoreMeters() {}

  static void register(Meters meters, FlowShield engine) {
    List<LimitStore> stores = engine.stores();
    for (int i = 0; i < stores.size(); i++) {
      // An address may hold a password, so stores are numbered.
      register(meters.with("store", i == 0 ? FIRST : Integer.toString(i + 1)), stores.get(i));
    }
  }

  private static void register(Meters meters, LimitStore store) {
    String requests = "flowshield.store.requests";
    String ofRequests = "Requests to the store, by outcome";
    meters
        .with("outcome", "answered")
        .counter(requests, ofRequests, store, state -> state.stats().answered());
    meters
        .with("outcome", "failed")
        .counter(requests, ofRequests, store, state -> state.stats().failed());
    meters.counter(
        "flowshield.store.bypassed",
        "Requests that were decided without the store, including those that failed there",
        store,
        state -> state.stats().withoutStore());
    meters.counter(
        "flowshield.store.outages",
        "How often the store became unavailable",
        store,
        state -> state.stats().outages());
    meters.gauge(
        "flowshield.store.up",
        "1 if the store decides, 0 if each instance decides by itself",
        store,
        state -> state.stats().isAvailable() ? 1 : 0);
    meters.gauge(
        "flowshield.store.instances",
        "Instances by which a limit is divided during an outage of the store",
        store,
        state -> state.stats().instances());
  }
}
