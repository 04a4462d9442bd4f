package dev.flowshield.management;

import dev.flowshield.Criticality;
import dev.flowshield.Decision;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Offender;
import dev.flowshield.engine.OverloadStats;
import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.Finding;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A shield as JMX reads and changes it. Thread-safe, because the shield is. */
final class ShieldBean implements FlowShieldMXBean {

  private static final int MOST_REJECTED = 20;
  private static final int MOST_PENALTIES = 50;
  private static final int ABSENT = -1; // a cap
  private static final double NANOS_PER_MILLI = 1e6;
  private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");

  private final String name;
  private final FlowShield engine;
  private final @Nullable HttpShield http; // null for a shield without HTTP
  private final Audit audit;

  ShieldBean(String name, FlowShield engine, @Nullable HttpShield http) {
    this.name = name;
    this.engine = engine;
    this.http = http;
    this.audit = new Audit(name);
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public String getDescription() {
    return http == null ? engine.limits().toString() : http.toString();
  }

  @Override
  public boolean isEnabled() {
    return http == null || http.isEnabled();
  }

  @Override
  public long getAdmitted() {
    return stats().admitted();
  }

  @Override
  public long getOverLimit() {
    return stats().overLimit();
  }

  @Override
  public long getBlocked() {
    return stats().blocked();
  }

  @Override
  public long getUnavailable() {
    return stats().unavailable();
  }

  @Override
  public long getShed() {
    return stats().shed();
  }

  @Override
  public long getShedSheddable() {
    return stats().shed(Criticality.SHEDDABLE);
  }

  @Override
  public long getShedDefault() {
    return stats().shed(Criticality.DEFAULT);
  }

  @Override
  public long getShedCritical() {
    return stats().shed(Criticality.CRITICAL);
  }

  @Override
  public long getWouldShed() {
    return stats().wouldShed();
  }

  @Override
  public long getDenied() {
    return http == null ? 0 : http.denied();
  }

  @Override
  public long getFailed() {
    return stats().failed();
  }

  @Override
  public long getIgnored() {
    return stats().ignored();
  }

  @Override
  public int getInFlight() {
    return stats().inFlight();
  }

  @Override
  public int getInFlightLimit() {
    return orAbsent(engine.inFlightLimit());
  }

  @Override
  public boolean isInFlightAuto() {
    return engine.isInFlightAuto();
  }

  @Override
  public int getWaiting() {
    return stats().waiting();
  }

  @Override
  public long getWaited() {
    return stats().waited();
  }

  @Override
  public double getTotalWaitMillis() {
    return millis(stats().totalWait());
  }

  @Override
  public double getLongestWaitMillis() {
    return millis(stats().longestWait());
  }

  @Override
  public long getQueueFull() {
    return stats().queueFull();
  }

  @Override
  public long getLeaked() {
    return stats().leaked();
  }

  @Override
  public long getSuppressed() {
    return stats().suppressed();
  }

  @Override
  public long getListenerFailures() {
    return stats().listenerFailures();
  }

  @Override
  public long getUptimeMillis() {
    return stats().uptime().toMillis();
  }

  @Override
  public String getPressure() {
    return engine.pressure().name();
  }

  @Override
  public double getPerSecond() {
    OverloadStats found = overload();
    return found == null ? 0 : found.perSecond();
  }

  @Override
  public double getLatencyMillis() {
    OverloadStats found = overload();
    return found == null ? 0 : millis(found.latency());
  }

  @Override
  public int getInFlightLimitSheddable() {
    return limit(Criticality.SHEDDABLE);
  }

  @Override
  public int getInFlightLimitDefault() {
    return limit(Criticality.DEFAULT);
  }

  @Override
  public int getInFlightLimitCritical() {
    return limit(Criticality.CRITICAL);
  }

  @Override
  public String getOverloadEvidence() {
    OverloadStats found = overload();
    return found == null ? "" : found.evidence().map(Enum::name).orElse("");
  }

  @Override
  public String getOverloadExplanation() {
    OverloadStats found = overload();
    return found == null ? "" : found.explanation();
  }

  @Override
  public int getStreamsOpen() {
    return http == null ? 0 : http.streams().open();
  }

  @Override
  public int getStreamsLimit() {
    return http == null ? ABSENT : orAbsent(http.streams().most());
  }

  @Override
  public int getStreamsLimitPerClient() {
    return http == null ? ABSENT : orAbsent(http.streams().mostPerClient());
  }

  @Override
  public int getStreamsClients() {
    return http == null ? 0 : http.streams().clients();
  }

  @Override
  public long getStreamsOverLimit() {
    return http == null ? 0 : http.streams().overLimit();
  }

  @Override
  public long getStreamsShed() {
    return http == null ? 0 : http.streams().shed();
  }

  @Override
  public Map<String, LimitRow> getLimits() {
    return Rows.limits(engine);
  }

  @Override
  public Map<String, Long> getTopRejected() {
    Map<String, Long> rejections = new LinkedHashMap<>();
    engine
        .topRejected(MOST_REJECTED)
        .forEach(each -> rejections.merge(each.key(), each.rejections(), Long::sum));
    return rejections;
  }

  @Override
  public List<PenaltyRow> getPenalties() {
    return engine.penalties().stream()
        .limit(MOST_PENALTIES)
        .<PenaltyRow>map(Rows.Penalized::new)
        .toList();
  }

  @Override
  public List<String> getFindings() {
    return http == null
        ? List.of()
        : http.doctor().stream().map(Finding::toString).toList();
  }

  @Override
  public List<String> getPolicies() {
    return http == null ? List.of() : http.policies();
  }

  @Override
  public Map<String, StoreRow> getStores() {
    return Rows.stores(engine);
  }

  @Override
  public String change(String limit, String text) {
    Objects.requireNonNull(text, "text must be rates, got null: write some, as in 200/s");
    String old = rates(limit);
    engine.change(Map.of(limit, text));
    return audit.changed("change limit=" + limit, old, rates(limit));
  }

  @Override
  public String changeInFlight(int most) {
    String old = cap();
    engine.changeInFlight(most);
    return audit.changed("change-in-flight", old, cap());
  }

  @Override
  public String changeInFlightAuto() {
    String old = cap();
    engine.changeInFlightAuto();
    return audit.changed("change-in-flight", old, cap());
  }

  @Override
  public String add(String limit, String key, long permits) {
    String counted = key(key);
    String old = permits(limit, counted);
    engine.add(limit, counted, permits);
    return audit.changed("add" + of(limit, counted), old, permits(limit, counted));
  }

  @Override
  public String reset(String limit, String key) {
    String counted = key(key);
    String old = permits(limit, counted);
    engine.reset(limit, counted);
    return audit.changed("reset" + of(limit, counted), old, permits(limit, counted));
  }

  @Override
  public KeyRow peek(String limit, String key) {
    String counted = key(key);
    Decision decision = engine.peek(limit, counted);
    String id = FlowShield.idOf(counted);
    Offender offender = offender(limit, id);
    double retryAfter = decision instanceof Decision.Rejected rejected
        ? rejected.retryAfterNanos() / NANOS_PER_MILLI
        : 0;
    return new Rows.KeyState(
        id,
        decision.isAdmitted() && offender.blockedFor().isZero(),
        decision.remaining(),
        retryAfter,
        offender.blockedFor().toMillis(),
        offender.level());
  }

  @Override
  public String block(String limit, String key, long seconds) {
    String counted = key(key);
    String id = FlowShield.idOf(counted);
    String old = block(offender(limit, id));
    boolean isBlocked = engine.block(limit, counted, Duration.ofSeconds(seconds));
    String now = isBlocked ? block(offender(limit, id)) : old + ", no room for another offender";
    return audit.changed("block limit=" + limit + " key=" + id, old, now);
  }

  @Override
  public String pardon(String limit, String keyOrId) {
    String counted = key(keyOrId);
    boolean isId = ID.matcher(keyOrId).matches() && offender(limit, keyOrId).level() > 0;
    String id = isId ? keyOrId : FlowShield.idOf(counted);
    Offender offender = offender(limit, id);
    if (isId) {
      engine.pardon(offender);
    } else {
      engine.pardon(limit, counted);
    }
    return audit.changed(
        "pardon limit=" + limit + " key=" + id, block(offender), block(offender(limit, id)));
  }

  @Override
  public String pardonAll() {
    int old = engine.penalties().size();
    engine.pardonAll();
    return audit.changed("pardon-all", old, engine.penalties().size());
  }

  @Override
  public List<String> reload() {
    HttpShield reloaded = requireHttp("a configuration", "use change for its limits");
    String old = reloaded.toString();
    List<String> changes = reloaded.reload();
    audit.changed("reload", old, changes.isEmpty() ? old : String.join("; ", changes));
    return changes;
  }

  @Override
  public String keyOf(String address) {
    return requireHttp("addresses", "use the key that the application charges")
        .keyOf(
            Objects.requireNonNull(address, "address must be an IP address, got null: write one"));
  }

  @Override
  public String idOf(String key) {
    return FlowShield.idOf(key(key));
  }

  private ShieldStats stats() {
    return engine.stats();
  }

  private @Nullable OverloadStats overload() {
    return stats().overload().orElse(null);
  }

  private int limit(Criticality criticality) {
    OverloadStats found = overload();
    return found == null ? ABSENT : found.limit(criticality);
  }

  private HttpShield requireHttp(String part, String wayOut) {
    if (http == null) {
      throw new IllegalStateException(
          "a shield must be an HttpShield to have " + part + ", got a FlowShield: " + wayOut);
    }
    return http;
  }

  /** Returns the key that a text of an operator means: that of an address, or the text itself. */
  private String key(String text) {
    Objects.requireNonNull(
        text, "key must be a string, got null: leave it empty for a limit for all together");
    try {
      return http == null ? text : http.keyOf(text);
    } catch (IllegalArgumentException noAddress) {
      return text;
    }
  }

  private String of(String limit, String key) {
    return " limit=" + limit + (key.isEmpty() ? "" : " key=" + FlowShield.idOf(key));
  }

  private String rates(String limit) {
    return Rows.rates(engine.stats(limit).limits());
  }

  /** Returns the cap in flight as the setting {@code in-flight} states it. */
  private String cap() {
    if (engine.isInFlightAuto()) {
      return "auto";
    }
    int most = engine.inFlightLimit();
    return most == Integer.MAX_VALUE ? "off" : String.valueOf(most);
  }

  /** Returns the permits of a key that are left, if its limiter can show them. */
  private String permits(String limit, String key) {
    try {
      return String.valueOf(engine.peek(limit, key).remaining());
    } catch (RuntimeException cannotShow) { // the change itself fails if it is not possible
      return "unknown";
    }
  }

  /** Returns the penalty of a key; of level 0 if nothing is held against it. */
  private Offender offender(String limit, String id) {
    return engine.penalties().stream()
        .filter(each -> each.limit().equals(limit) && each.key().equals(id))
        .findFirst()
        .orElseGet(() -> new Offender(limit, id, Duration.ZERO, 0));
  }

  private static String block(Offender offender) {
    return offender.blockedFor().isZero()
        ? "not blocked"
        : "blocked for " + (offender.blockedFor().toMillis() + 999) / 1000 + " s";
  }

  private static int orAbsent(int cap) {
    return cap == Integer.MAX_VALUE ? ABSENT : cap;
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / NANOS_PER_MILLI;
  }
}
