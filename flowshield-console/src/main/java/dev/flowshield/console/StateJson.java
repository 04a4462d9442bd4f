package dev.flowshield.console;

import dev.flowshield.Criticality;
import dev.flowshield.LimitStore;
import dev.flowshield.RateLimit;
import dev.flowshield.StoreStats;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.LimitStats;
import dev.flowshield.engine.Offender;
import dev.flowshield.engine.OverloadStats;
import dev.flowshield.engine.RejectedKey;
import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.Finding;
import dev.flowshield.http.exchange.StreamStats;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The state of a shield as JSON, version 1. Its size is bounded, and it has no key of a client, no
 * path or header of a request, no version, and no address of a store. Only with {@code show-keys}
 * it has keys.
 */
final class StateJson {

  static final int VERSION = 1;
  static final int MOST_LIMITS = 200;
  static final int MOST_POLICIES = 100;
  static final int MOST_REJECTED = 20;
  static final int MOST_PENALTIES = 50;

  /** Identifies this process, so that a page notices a restart. */
  private static final String STARTED = Long.toHexString(new SecureRandom().nextLong());

  // The name of a limiter. The text of another one may have the address of a store.
  private static final Pattern LIMITER = Pattern.compile("[a-z][a-z0-9-]{0,63}");

  private final JsonText json = new JsonText();
  private final HttpShield shield;

  private StateJson(HttpShield shield) {
    this.shield = shield;
  }

  /** Returns the state of a shield now. */
  static String of(HttpShield shield) {
    return new StateJson(shield).write();
  }

  private String write() {
    ShieldStats stats = shield.stats();
    json.object()
        .put("v", VERSION)
        .put("started", STARTED)
        .put("uptime_ms", stats.uptime().toMillis())
        .list("shields")
        .object()
        .put("name", shield.name());
    addDecisions(stats, shield.streams());
    addInFlight(stats);
    addStreams(shield.streams());
    addLimits(stats.limits());
    addStores();
    addPolicies();
    addRejected();
    addPenalties();
    addFindings();
    return json.endObject().endList().endObject().toString();
  }

  private void addDecisions(ShieldStats stats, StreamStats streams) {
    json.object("decisions")
        .put("admitted", stats.admitted())
        .put("over_limit", stats.overLimit())
        .put("blocked", stats.blocked())
        .put("shed", stats.shed())
        .put("unavailable", stats.unavailable())
        .put("denied", shield.denied())
        .put("streams_client", streams.overLimit())
        .put("streams_full", streams.shed())
        .endObject();
    json.object("shed");
    for (Criticality each : Criticality.values()) {
      json.put(each.name().toLowerCase(Locale.ROOT), stats.shed(each));
    }
    json.endObject()
        .put("shadow_shed", stats.wouldShed())
        .put("failed", stats.failed())
        .put("ignored", stats.ignored())
        .put("leaked", stats.leaked());
  }

  private void addInFlight(ShieldStats stats) {
    json.put("in_flight", stats.inFlight());
    putCap("in_flight_limit", stats.inFlightLimit());
    json.put("in_flight_auto", shield.engine().isInFlightAuto())
        .put("waiting", stats.waiting())
        .put("queue_full", stats.queueFull());
    OverloadStats overload = stats.overload().orElse(null);
    if (overload == null) {
      json.put("overload", null);
      return;
    }
    long latency = overload.latency().toNanos();
    json.object("overload")
        .put("pressure", overload.pressure().name().toLowerCase(Locale.ROOT))
        .put("per_second", overload.perSecond())
        .put("latency_ms", latency == 0 ? Double.NaN : latency / 1e6)
        .object("limits");
    for (Criticality each : Criticality.values()) {
      putCap(each.name().toLowerCase(Locale.ROOT), overload.limit(each));
    }
    json.endObject()
        .put(
            "evidence",
            overload.evidence().map(it -> it.name().toLowerCase(Locale.ROOT)).orElse(null))
        .put("why", overload.explanation())
        .endObject();
  }

  private void putCap(String name, int cap) {
    if (cap == Integer.MAX_VALUE) {
      json.put(name, null);
    } else {
      json.put(name, cap);
    }
  }

  private void addStreams(StreamStats streams) {
    json.object("streams").put("open", streams.open()).put("clients", streams.clients());
    putCap("most", streams.most());
    putCap("most_of_client", streams.mostPerClient());
    json.endObject();
  }

  private void addLimits(List<LimitStats> stats) {
    List<Limit> limits = shield.engine().limits(); // in the same order
    List<LimitStore> stores = shield.engine().stores();
    json.list("limits");
    shown(stats).forEach(i -> addLimit(limits.get(i), stats.get(i), stores));
    json.endList().put("more_limits", Math.max(0, stats.size() - MOST_LIMITS));
  }

  /** Returns the limits to show, in their order: if there are too many, those that reject most. */
  private static IntStream shown(List<LimitStats> stats) {
    if (stats.size() <= MOST_LIMITS) {
      return IntStream.range(0, stats.size());
    }
    return IntStream.range(0, stats.size())
        .boxed()
        .sorted(
            Comparator.comparingLong((Integer i) -> rejections(stats.get(i))).reversed())
        .limit(MOST_LIMITS)
        .mapToInt(i -> i)
        .sorted();
  }

  private static long rejections(LimitStats limit) {
    return limit.rejected() + limit.blocked() + limit.unavailable();
  }

  private void addLimit(Limit limit, LimitStats stats, List<LimitStore> stores) {
    boolean isEach = limit.scope() == Scope.EACH;
    LimitStore store = limit.store().orElse(null);
    json.object()
        .put("name", limit.name())
        .put("scope", isEach ? "each" : "together")
        .list("rates");
    limit.limits().forEach(rate -> json.add(rate.toString()));
    json.endList().list("worst_cases");
    for (RateLimit rate : limit.limits()) {
      json.add(limit.worstCase(rate));
    }
    json.endList()
        .put("limiter", limiter(limit, store))
        .put("mode", limit.isShadow() ? "shadow" : "enforced")
        .put("penalty", limit.penalty().isPresent())
        .put("admitted", stats.admitted())
        .put("rejected", stats.rejected())
        .put("blocked", stats.blocked())
        .put("unavailable", stats.unavailable());
    if (isEach && stats.maxKeys() > 0) {
      json.put("keys", stats.tracked())
          .put("capacity", stats.maxKeys())
          .put("shared", stats.overflowed());
    } else {
      json.put("keys", null).put("capacity", null).put("shared", null);
    }
    addPermits(stats);
    if (store == null) {
      json.put("store", null);
    } else {
      json.put("store", stores.indexOf(store));
    }
    json.endObject();
  }

  private static String limiter(Limit limit, @Nullable LimitStore store) {
    String text = limit.limiter();
    return store != null ? "store" : LIMITER.matcher(text).matches() ? text : "own";
  }

  private void addPermits(LimitStats stats) {
    if (stats.permitsTaken() == stats.admitted()
        && stats.permitsReturned() == 0
        && stats.permitsBeyondEstimate() == 0) {
      json.put("permits", null); // one for each request
      return;
    }
    json.object("permits")
        .put("taken", stats.permitsTaken())
        .put("returned", stats.permitsReturned())
        .put("beyond", stats.permitsBeyondEstimate())
        .endObject();
  }

  private void addStores() {
    json.list("stores");
    for (LimitStore store : shield.engine().stores()) {
      StoreStats stats = store.stats();
      json.object()
          .put("up", stats.isAvailable())
          .put("reason", stats.reason())
          .put("since_ms", stats.stateDuration().toMillis())
          .put("outages", stats.outages())
          .put("answered", stats.answered())
          .put("failed", stats.failed())
          .put("local", stats.withoutStore())
          .put("instances", stats.instances())
          .endObject();
    }
    json.endList();
  }

  private void addPolicies() {
    List<String> policies = shield.policies();
    json.list("policies");
    policies.stream().limit(MOST_POLICIES).forEach(json::add);
    json.endList().put("more_policies", Math.max(0, policies.size() - MOST_POLICIES));
  }

  private void addRejected() {
    json.list("top_rejected");
    for (RejectedKey rejected : shield.engine().topRejected(MOST_REJECTED)) {
      json.object()
          .put("key", rejected.key())
          .put("rejections", rejected.rejections())
          .endObject();
    }
    json.endList();
  }

  private void addPenalties() {
    List<Offender> offenders = shield.engine().penalties();
    json.list("penalties");
    offenders.stream()
        .limit(MOST_PENALTIES)
        .forEach(offender -> json.object()
            .put("limit", offender.limit())
            .put("key", offender.key())
            .put("blocked_for_ms", offender.blockedFor().toMillis())
            .put("level", offender.level())
            .endObject());
    json.endList().put("more_penalties", Math.max(0, offenders.size() - MOST_PENALTIES));
  }

  private void addFindings() {
    json.list("findings");
    for (Finding finding : shield.doctor()) {
      json.object().put("code", finding.code()).put("text", finding.text()).endObject();
    }
    json.endList();
  }
}
