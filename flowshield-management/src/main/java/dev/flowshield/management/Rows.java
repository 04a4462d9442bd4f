package dev.flowshield.management;

import dev.flowshield.LimitStore;
import dev.flowshield.RateLimit;
import dev.flowshield.StoreStats;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.LimitStats;
import dev.flowshield.engine.Offender;
import dev.flowshield.management.FlowShieldMXBean.KeyRow;
import dev.flowshield.management.FlowShieldMXBean.LimitRow;
import dev.flowshield.management.FlowShieldMXBean.PenaltyRow;
import dev.flowshield.management.FlowShieldMXBean.StoreRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The tables of a shield. JMX reads a row by its getters. */
final class Rows {

  private Rows() {}

  static Map<String, LimitRow> limits(FlowShield engine) {
    List<LimitStore> stores = engine.stores();
    Map<String, LimitStats> stats = new LinkedHashMap<>();
    engine.stats().limits().forEach(each -> stats.put(each.name(), each));
    Map<String, LimitRow> rows = new LinkedHashMap<>();
    for (Limit limit : engine.limits()) {
      LimitStats counts = stats.get(limit.name());
      if (counts != null) {
        String store = limit.store().map(its -> storeName(stores.indexOf(its))).orElse("");
        rows.put(limit.name(), new LimitCounts(limit, counts, store));
      }
    }
    return rows;
  }

  static Map<String, StoreRow> stores(FlowShield engine) {
    Map<String, StoreRow> rows = new LinkedHashMap<>();
    for (LimitStore store : engine.stores()) {
      rows.put(storeName(rows.size()), new StoreCounts(store.stats()));
    }
    return rows;
  }

  /** Returns a name without the address, which may hold a password. */
  private static String storeName(int index) {
    return index == 0 ? "default" : String.valueOf(index + 1);
  }

  static String rates(List<RateLimit> rates) {
    return rates.stream().map(RateLimit::toString).collect(Collectors.joining(", "));
  }

  private record LimitCounts(Limit limit, LimitStats counts, String store) implements LimitRow {

    @Override
    public String getScope() {
      return limit.scope().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String getRates() {
      return rates(limit.limits());
    }

    @Override
    public List<Long> getWorstCases() {
      return limit.limits().stream().map(limit::worstCase).toList();
    }

    /** Returns the name of a limiter. The text of a store may hold its address. */
    @Override
    public String getLimiter() {
      return limit.store().isPresent() ? "store" : limit.limiter();
    }

    @Override
    public boolean isShadow() {
      return limit.isShadow();
    }

    @Override
    public long getAdmitted() {
      return counts.admitted();
    }

    @Override
    public long getPermitsTaken() {
      return counts.permitsTaken();
    }

    @Override
    public long getPermitsReturned() {
      return counts.permitsReturned();
    }

    @Override
    public long getPermitsBeyondEstimate() {
      return counts.permitsBeyondEstimate();
    }

    @Override
    public long getRejected() {
      return counts.rejected();
    }

    @Override
    public long getBlocked() {
      return counts.blocked();
    }

    @Override
    public long getUnavailable() {
      return counts.unavailable();
    }

    @Override
    public long getKeys() {
      return counts.tracked();
    }

    @Override
    public long getMaxKeys() {
      return counts.maxKeys();
    }

    @Override
    public long getSlots() {
      return counts.slots();
    }

    @Override
    public long getOverflowed() {
      return counts.overflowed();
    }

    @Override
    public String getStore() {
      return store;
    }
  }

  private record StoreCounts(StoreStats stats) implements StoreRow {

    @Override
    public boolean isAvailable() {
      return stats.isAvailable();
    }

    @Override
    public String getReason() {
      return stats.reason();
    }

    @Override
    public long getStateMillis() {
      return stats.stateDuration().toMillis();
    }

    @Override
    public long getOutages() {
      return stats.outages();
    }

    @Override
    public long getAnswered() {
      return stats.answered();
    }

    @Override
    public long getFailed() {
      return stats.failed();
    }

    @Override
    public long getWithoutStore() {
      return stats.withoutStore();
    }

    @Override
    public int getInstances() {
      return stats.instances();
    }
  }

  /** A row of keys with a penalty. */
  record Penalized(Offender offender) implements PenaltyRow {

    @Override
    public String getLimit() {
      return offender.limit();
    }

    @Override
    public String getKey() {
      return offender.key();
    }

    @Override
    public long getBlockedForMillis() {
      return offender.blockedFor().toMillis();
    }

    @Override
    public int getLevel() {
      return offender.level();
    }
  }

  /** The state of one key. */
  record KeyState(
      String getId,
      boolean isAdmitted,
      long getRemaining,
      double getRetryAfterMillis,
      long getBlockedForMillis,
      int getLevel)
      implements KeyRow {}
}
