package dev.flowshield.console;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.Offender;
import dev.flowshield.http.HttpShield;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The actions of operators. Each that is done is a line of the log {@code dev.flowshield.audit},
 * which has the ids of keys, not the keys. Mistakes are reported in the words of the engine.
 */
final class Actions {

  private static final Logger AUDIT = System.getLogger("dev.flowshield.audit");
  private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");
  private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F.:]*[.:][0-9a-fA-F.:]*");
  private static final String LIMIT = "limit";
  private static final String KEY = "key";
  private static final double NANOS_PER_MILLI = 1e6;

  private final HttpShield shield;

  Actions(HttpShield shield) {
    this.shield = shield;
  }

  /**
   * Does an action.
   *
   * @return what was done, as JSON
   * @throws RuntimeException if the action is impossible; nothing was changed then
   */
  String run(ActionRequest request) {
    JsonText json = new JsonText().object();
    String done = switch (request.action()) {
      case "limit" -> changeLimit(request);
      case "in-flight" -> changeInFlight(request);
      case "look" -> look(request, json);
      case "add" -> add(request);
      case "reset" -> reset(request);
      case "block" -> block(request);
      case "pardon" -> pardon(request);
      case "pardon-all" -> pardonAll(request);
      case "reload" -> reload(request);
      default ->
        throw new IllegalArgumentException("action must be one of [limit, in-flight, look, add,"
            + " reset, block, pardon, pardon-all, reload], got another one: correct it");
    };
    AUDIT.log(Level.INFO, () -> "FlowShield: console of " + shield.name() + ": " + done);
    return json.put("done", done).endObject().toString();
  }

  private FlowShield engine() {
    return shield.engine();
  }

  private String changeLimit(ActionRequest request) {
    request.requireOnly(LIMIT, "to");
    String name = request.required(LIMIT);
    engine().stats(name); // knows the names
    String before = rates(name);
    engine().change(Map.of(name, request.required("to")));
    return "limit " + name + " is " + rates(name) + " now, was " + before
        + ", until the restart or a reload";
  }

  private String rates(String name) {
    return String.join(", ", limit(name).limits().stream().map(Object::toString).toList());
  }

  private Limit limit(String name) {
    return engine().limits().stream()
        .filter(limit -> limit.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private String changeInFlight(ActionRequest request) {
    request.requireOnly("to");
    String before = inFlight();
    if (request.required("to").equals("auto")) {
      engine().changeInFlightAuto();
    } else {
      long most = request.number("to");
      engine().changeInFlight((int) Math.max(-1, Math.min(most, Integer.MAX_VALUE)));
    }
    return "in-flight is " + inFlight() + " now, was " + before + ", until the restart or a reload";
  }

  private String inFlight() {
    int limit = engine().inFlightLimit();
    return engine().isInFlightAuto() ? "auto" : limit == Integer.MAX_VALUE ? "off" : "" + limit;
  }

  private String look(ActionRequest request, JsonText json) {
    request.requireOnly(LIMIT, KEY);
    String limit = request.required(LIMIT);
    String key = key(request);
    Decision decision = engine().peek(limit, key);
    String id = FlowShield.idOf(key);
    Offender offender = offender(limit, id);
    boolean isBlocked = offender != null && !offender.blockedFor().isZero();
    long wait = decision instanceof Decision.Rejected rejected ? rejected.retryAfterNanos() : 0;
    json.object("look")
        .put(LIMIT, limit)
        .put("id", id)
        .put("admitted", decision.isAdmitted() && !isBlocked)
        .put("remaining", decision.remaining())
        .put("retry_after_ms", (long) Math.ceil(wait / NANOS_PER_MILLI))
        .put("blocked_for_ms", offender == null ? 0 : offender.blockedFor().toMillis())
        .put("level", offender == null ? 0 : offender.level())
        .list("rates");
    for (LimitStatus status : decision.limits()) {
      json.object()
          .put("rate", status.rate().toString())
          .put("remaining", status.remaining())
          .endObject();
    }
    json.endList().endObject();
    return "looked at " + named(limit, key);
  }

  private String add(ActionRequest request) {
    request.requireOnly(LIMIT, KEY, "permits");
    String limit = request.required(LIMIT);
    String key = key(request);
    long permits = request.number("permits");
    engine().add(limit, key, permits);
    return named(limit, key) + " got " + permits + " permits more, up to its burst";
  }

  private String reset(ActionRequest request) {
    request.requireOnly(LIMIT, KEY);
    String limit = request.required(LIMIT);
    String key = key(request);
    engine().reset(limit, key);
    return named(limit, key) + " has its whole allowance again";
  }

  private String block(ActionRequest request) {
    request.requireOnly(LIMIT, KEY, "seconds");
    String limit = request.required(LIMIT);
    String key = key(request);
    Duration duration = Duration.ofSeconds(request.number("seconds"));
    if (!engine().block(limit, key, duration)) {
      throw new IllegalStateException(
          named(limit, key) + " could not be blocked, because the table of offenders is full:"
              + " pardon others, or give the penalty room for more");
    }
    return named(limit, key) + " is blocked for " + duration.toSeconds() + " seconds";
  }

  private String pardon(ActionRequest request) {
    request.requireOnly(LIMIT, KEY);
    String limit = request.required(LIMIT);
    Offender offender = offender(limit, request.required(KEY));
    String key = offender == null ? key(request) : "";
    boolean wasHeld = offender == null ? engine().pardon(limit, key) : engine().pardon(offender);
    return (offender == null ? named(limit, key) : limit + " of id " + offender.key())
        + (wasHeld ? " is pardoned" : " had nothing to be pardoned");
  }

  private String pardonAll(ActionRequest request) {
    request.requireOnly();
    engine().pardonAll();
    return "all keys are pardoned";
  }

  private String reload(ActionRequest request) {
    request.requireOnly();
    List<String> changes = shield.reload();
    return changes.isEmpty()
        ? "reloaded, nothing has changed"
        : "reloaded: " + String.join("; ", changes);
  }

  /** Returns the offender whose id was given; null if the text is not the id of one. */
  private @Nullable Offender offender(String limit, String id) {
    return !ID.matcher(id).matches()
        ? null
        : engine().penalties().stream()
            .filter(each -> each.limit().equals(limit) && each.key().equals(id))
            .findFirst()
            .orElse(null);
  }

  /**
   * Returns the key of the engine for the text of an operator: an address is counted as the shield
   * counts it, and other keys are those of policies, such as {@code principal=alice}.
   */
  private String key(ActionRequest request) {
    String text = request.required(KEY).strip();
    String name = request.required(LIMIT);
    engine().stats(name); // knows the names
    if (text.isEmpty() || limit(name).scope() == Scope.TOGETHER) {
      return text;
    }
    boolean isOfAddress =
        engine().usualLimits().stream().anyMatch(limit -> limit.name().equals(name));
    return isOfAddress || ADDRESS.matcher(text).matches() ? shield.keyOf(text) : text;
  }

  private static String named(String limit, String key) {
    return key.isEmpty() ? limit : limit + " of id " + FlowShield.idOf(key);
  }
}
