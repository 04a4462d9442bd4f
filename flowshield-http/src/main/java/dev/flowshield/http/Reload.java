package dev.flowshield.http;

import dev.flowshield.LimitStore;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.policy.PolicyKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration of a shield again, and changes the shield to it: all of it, or nothing.
 *
 * <p>What its limits admit changes, and everything that is no limit. A limit that comes, goes or is
 * of another kind needs a new shield, as its keys would have no debts any more.
 *
 * <p>Thread-safe.
 */
final class Reload {

  // They are told as limits, or as rows.
  private static final Set<String> TOLD_OTHERWISE =
      Set.of("limit", "per-client", "in-flight", "policies");

  private final Supplier<ConfigurationSources> sources;
  private final Consumer<? super HttpShieldBuilder> code;
  private final ReentrantLock lock = new ReentrantLock(); // one at a time; guards what follows
  private Settings inForce;

  /** For a shield of the configuration that is in force. */
  Reload(
      Supplier<ConfigurationSources> sources,
      Consumer<? super HttpShieldBuilder> code,
      Settings inForce) {
    this.sources = sources;
    this.code = code;
    this.inForce = inForce;
  }

  /** The configuration as it is now, which need not be one that is possible. */
  Settings read() {
    return new Settings(sources.get());
  }

  /**
   * Changes a shield to what the configuration says now.
   *
   * @return what has changed, a line each
   * @throws IllegalArgumentException if it is not possible; nothing has changed then
   */
  List<String> change(HttpShield shield) {
    lock.lock();
    try {
      Settings next = read();
      requireFile(next);
      requireSame("show-keys", "false", next);
      requireSame("memory-guard", "on", next);
      requireSame("shed-on-plateau", SettingValues.OFF, next);
      requireSame("store", SettingValues.OFF, next);
      Settings.STORE_OPTIONS.forEach(option -> requireSame(option, "", next));
      Blueprint wanted = wanted(next, shield.store());
      requireCap(shield.engine(), wanted.engine());
      requireNames(shield, wanted);
      requireKeys(shield, wanted);
      List<String> changes = differences(shield, wanted, next);
      List<Limit> limits = changedLimits(shield.engine(), wanted.engine());
      shield.engine().change(limits.toArray(Limit[]::new));
      changeInFlight(shield.engine(), wanted.engine());
      shield.adopt(wanted.setup(shield.engine()));
      boolean beginsToWatch = inForce.reloadSeconds() == 0;
      inForce = next;
      if (beginsToWatch) {
        ReloadWatch.begin(shield, next);
      }
      return changes;
    } finally {
      lock.unlock();
    }
  }

  /** A file that is gone or empty is more likely half written than meant. */
  private void requireFile(Settings next) {
    if (inForce.hasFile() && !next.hasFile()) {
      throw new IllegalArgumentException("FlowShield cannot reload: " + SettingsFile.NAME
          + " must have settings as it had before, got none: bring it back, or start the application"
          + " again without it");
    }
  }

  /** What is given to the engine as it is built. */
  private void requireSame(String setting, String otherwise, Settings next) {
    String before = inForce.values().getOrDefault(setting, otherwise);
    if (!before.equals(next.values().getOrDefault(setting, otherwise))) {
      throw needsNewShield("another value of " + setting);
    }
  }

  private Blueprint wanted(Settings next, @Nullable LimitStore running) {
    try {
      return new Configuration(next).blueprint(code, running);
    } catch (IllegalArgumentException impossible) {
      String message = String.valueOf(impossible.getMessage());
      throw new IllegalArgumentException(
          message.replaceFirst("^FlowShield cannot start", "FlowShield cannot reload"), impossible);
    }
  }

  private static void changeInFlight(FlowShield engine, FlowShield wanted) {
    if (wanted.isInFlightAuto()) {
      engine.changeInFlightAuto();
    } else if (engine.isInFlightAuto() || wanted.inFlightLimit() != engine.inFlightLimit()) {
      engine.changeInFlight(wanted.inFlightLimit());
    }
  }

  /** The debts are kept by the name of the limit: two rows that change names would swap them. */
  private static void requireNames(HttpShield shield, Blueprint wanted) {
    Policy renamed = wanted.charging().policies().renamed(shield.table());
    if (renamed != null) {
      throw needsNewShield("'" + renamed + "', whose limit had another name, as names that are not"
          + " given with name= follow the order of the rows");
    }
  }

  /** Debts are kept by the key: a limit that counts by another one would forgive all of them. */
  private static void requireKeys(HttpShield shield, Blueprint wanted) {
    for (Policy row : wanted.charging().policies().limiting()) {
      PolicyKey before = shield.table().key(row.name());
      if (before != null && !before.equals(row.key())) {
        throw needsNewShield("'" + row + "', whose limit counted by key=" + before);
      }
    }
  }

  private static void requireCap(FlowShield now, FlowShield wanted) {
    boolean isPossible = wanted.isInFlightAuto()
        ? now.stats().overload().isPresent()
        : hasCap(now) == hasCap(wanted);
    if (!isPossible) {
      throw needsNewShield("in-flight=" + cap(wanted) + " where it was " + cap(now));
    }
  }

  private static boolean hasCap(FlowShield engine) {
    return engine.inFlightLimit() != Integer.MAX_VALUE;
  }

  private static String cap(FlowShield engine) {
    return engine.isInFlightAuto()
        ? "auto"
        : hasCap(engine) ? String.valueOf(engine.inFlightLimit()) : "off";
  }

  private static List<Limit> changedLimits(FlowShield now, FlowShield wanted) {
    Map<String, Limit> known = new HashMap<>();
    now.limits().forEach(limit -> known.put(limit.name(), limit));
    List<Limit> changed = new ArrayList<>();
    for (Limit limit : wanted.limits()) {
      Limit before = known.remove(limit.name());
      if (before == null) {
        throw needsNewShield("a limit '" + limit.name() + "' that was not there");
      }
      if (!limit.withLimits(before.limits()).equals(before)
          || limit.limits().size() != before.limits().size()) {
        throw needsNewShield("'" + limit + "' in place of '" + before + "'");
      }
      if (!limit.equals(before)) {
        changed.add(limit);
      }
    }
    if (!known.isEmpty()) {
      throw needsNewShield("no limit any more of the name " + known.keySet());
    }
    return changed;
  }

  private static IllegalArgumentException needsNewShield(String given) {
    return new IllegalArgumentException(
        "FlowShield cannot reload: limits must stay the same but for" + " how much they admit, got "
            + given + ": start the application again for that");
  }

  private List<String> differences(HttpShield shield, Blueprint wanted, Settings next) {
    List<String> all = new ArrayList<>();
    Map<String, Limit> now = new HashMap<>();
    shield.engine().limits().forEach(limit -> now.put(limit.name(), limit));
    for (Limit limit : changedLimits(shield.engine(), wanted.engine())) {
      if (wanted.charging().policies().key(limit.name()) != null) {
        continue; // told as a row
      }
      Limit before = now.get(limit.name());
      all.add("limit '" + limit.name() + "': " + (before == null ? "none" : rates(before)) + " -> "
          + rates(limit));
    }
    String before = cap(shield.engine());
    String after = cap(wanted.engine());
    if (!before.equals(after)) {
      all.add("in-flight: " + before + " -> " + after);
    }
    addRows(all, shield.policies(), wanted);
    addSettings(all, inForce.values(), next.values());
    return all;
  }

  private static String rates(Limit limit) {
    return String.join(", ", limit.limits().stream().map(RateLimit::toString).toList());
  }

  private static void addRows(List<String> all, List<String> before, Blueprint wanted) {
    List<String> after = wanted.charging().policies().texts(wanted.engine().limits());
    if (!before.equals(after)) {
      before.stream().filter(row -> !after.contains(row)).forEach(row -> all.add("- " + row));
      after.stream().filter(row -> !before.contains(row)).forEach(row -> all.add("+ " + row));
      if (Set.copyOf(before).equals(Set.copyOf(after))) {
        all.add("policies: in another order");
      }
    }
  }

  private static void addSettings(
      List<String> all, Map<String, String> before, Map<String, String> after) {
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      String was = before.getOrDefault(name, "not set");
      String is = after.getOrDefault(name, "not set");
      if (!was.equals(is) && !TOLD_OTHERWISE.contains(name) && !name.startsWith("policy.")) {
        all.add(name + ": " + was + " -> " + is);
      }
    }
  }
}
