package dev.flowshield.http.settings;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.policy.PolicyKey;
import dev.flowshield.http.policy.PolicyTable;
import dev.flowshield.http.process.ShieldLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration of a shield again, and changes the shield to it: all of it, or nothing.
 *
 * <p>A reload changes how much limits admit, and every setting that is not a limit. A limit that is
 * new, gone or of another kind needs a new shield, because its keys would lose their debts.
 *
 * <p>Thread-safe.
 */
public final class Reload {

  private static final String AUTO = InFlightLimit.auto().toString();
  private static final String OFF = InFlightLimit.off().toString();
  private static final String CANNOT = "FlowShield cannot reload";

  /** The shield that is changed. */
  public interface Target {

    /** Returns the engine with its limits. */
    FlowShield engine();

    /** Returns whether a store was opened for the shield. */
    boolean hasOpenStore();

    /** Returns the policies. */
    PolicyTable table();

    /**
     * Returns a task that makes the shield use other settings. The task cannot fail.
     *
     * @throws IllegalStateException if the settings do not fit the limits of the engine
     */
    Runnable prepare(ShieldSettings settings);
  }

  private final Target shield;
  private final Supplier<ConfigurationSources> sources;
  private final Supplier<ShieldSettings> code;
  private final ReentrantLock lock = new ReentrantLock(); // one at a time; guards what follows
  private Settings texts;
  private ShieldSettings inForce;

  /**
   * For a shield of the configuration that is in force.
   *
   * @param code the settings that are given in code
   * @param texts the settings of the configuration
   * @param inForce all of them
   */
  public Reload(
      Target shield,
      Supplier<ConfigurationSources> sources,
      Supplier<ShieldSettings> code,
      Settings texts,
      ShieldSettings inForce) {
    this.shield = shield;
    this.sources = sources;
    this.code = code;
    this.texts = texts;
    this.inForce = inForce;
  }

  /** Returns the current configuration, which may be impossible. */
  public Settings read() {
    return new Settings(sources.get());
  }

  /**
   * Changes the shield to the current configuration, and logs the changes.
   *
   * @return the changes, a line each
   * @throws IllegalArgumentException if it is not possible; nothing has changed then
   */
  public List<String> change() {
    lock.lock();
    try {
      Settings next = read();
      requireFile(next);
      Configuration configuration = new Configuration(next, CANNOT);
      ShieldSettings wanted = configuration.fitting(code.get());
      requireSame(wanted);
      requireOpenStore(wanted);
      requireCap(shield.engine(), wanted);
      PolicyTable table = wanted.table();
      requireNames(shield.table(), table);
      requireKeys(shield.table(), table);
      requireStorage(shield.table(), table);
      List<Limit> limits = changedLimits(shield.engine(), wanted);
      List<String> changes = differences(limits, wanted, table, next);
      apply(limits, wanted, configuration);
      boolean beginsToWatch = texts.reloadSeconds() == 0;
      texts = next;
      inForce = wanted;
      if (beginsToWatch) {
        ReloadWatch.begin(this, next);
      }
      if (!changes.isEmpty()) {
        ShieldLog.info("reloaded: " + String.join("; ", changes));
      }
      return changes;
    } finally {
      lock.unlock();
    }
  }

  /** Changes the shield, after everything that can fail. */
  private void apply(List<Limit> limits, ShieldSettings wanted, Configuration configuration) {
    try {
      wanted.requireLimitBeside(shield.engine(), Spelling.CONFIGURATION);
      Runnable adoption = shield.prepare(wanted);
      shield.engine().change(limits.toArray(Limit[]::new));
      changeInFlight(shield.engine(), wanted.inFlight());
      adoption.run();
    } catch (IllegalArgumentException | IllegalStateException misfit) {
      throw configuration.misfit(misfit);
    }
  }

  /** A file that is gone or empty is more likely half written than meant. */
  private void requireFile(Settings next) {
    if (texts.hasFile() && !next.hasFile()) {
      throw new IllegalArgumentException(CANNOT + ": " + SettingsFile.NAME
          + " must have settings as it had before, got none: bring it back, or start the application"
          + " again without it");
    }
  }

  private void requireSame(ShieldSettings wanted) {
    SettingKey<?> other = inForce.needingNewShield(wanted);
    if (other != null) {
      throw needsNewShield("another value of " + other);
    }
  }

  private void requireOpenStore(ShieldSettings wanted) {
    if (wanted.isSet(SettingKeys.STORE)
        && wanted.get(SettingKeys.ENABLED)
        && !shield.hasOpenStore()) {
      throw new IllegalArgumentException(CANNOT + ": store must be open since the start to be used,"
          + " got a shield that was off then: start the application again");
    }
  }

  private static void changeInFlight(FlowShield engine, @Nullable InFlightLimit wanted) {
    if (wanted == null || wanted.isOff()) {
      return; // it has no cap, or one that the application has given its engine
    }
    if (wanted.isAuto()) {
      engine.changeInFlightAuto();
    } else if (engine.isInFlightAuto() || wanted.most() != engine.inFlightLimit()) {
      engine.changeInFlight(wanted.most());
    }
  }

  /** The debts are kept by the name of the limit: two rows that change names would swap them. */
  private static void requireNames(PolicyTable now, PolicyTable wanted) {
    Policy renamed = wanted.renamed(now);
    if (renamed != null) {
      throw needsNewShield("'" + renamed + "', whose limit had another name, as names that are not"
          + " given with name= follow the order of the rows");
    }
  }

  /** Debts are kept by the key: a limit that counts by another one would forgive all of them. */
  private static void requireKeys(PolicyTable now, PolicyTable wanted) {
    for (Policy row : wanted.limiting()) {
      PolicyKey before = now.key(row.name());
      if (before != null && !before.equals(row.key())) {
        throw needsNewShield("'" + row + "', whose limit counted by key=" + before);
      }
    }
  }

  /** A store is told of the options of a limit only when the limit is made. */
  private void requireStorage(PolicyTable now, PolicyTable wanted) {
    for (Policy row : wanted.limiting()) {
      Policy before = now.limiting(row.name());
      if (inForce.hasStore() && before != null && !before.isStoredLike(row)) {
        throw needsNewShield("'" + row + "' in place of '" + before
            + "', whose options for the store cannot change");
      }
    }
  }

  private void requireCap(FlowShield engine, ShieldSettings wanted) {
    String now = cap(inForce.inFlight());
    String next = cap(wanted.inFlight());
    boolean isPossible = next.equals(AUTO)
        ? engine.stats().overload().isPresent()
        : now.equals(OFF) == next.equals(OFF);
    if (!isPossible || isShadow(inForce) != isShadow(wanted)) {
      throw needsNewShield("in-flight=" + next + " where it was " + now);
    }
  }

  private static boolean isShadow(ShieldSettings settings) {
    InFlightLimit limit = settings.inFlight();
    return limit != null && limit.isShadow();
  }

  private static String cap(@Nullable InFlightLimit limit) {
    return limit == null || limit.isOff()
        ? OFF
        : limit.isAuto() ? AUTO : String.valueOf(limit.most());
  }

  private static String cap(FlowShield engine) {
    return engine.isInFlightAuto() ? AUTO : String.valueOf(engine.inFlightLimit());
  }

  /** Returns the limits of the engine that are to admit something else. */
  private List<Limit> changedLimits(FlowShield engine, ShieldSettings wanted) {
    Map<String, Limit> now = new HashMap<>();
    engine.limits().forEach(limit -> now.put(limit.name(), limit));
    Map<String, Limit> known = inForce.limits();
    List<Limit> changed = new ArrayList<>();
    for (Limit limit : wanted.limits().values()) {
      Limit before = known.remove(limit.name());
      Limit current = now.get(limit.name());
      if (before == null || current == null) {
        throw needsNewShield("a limit '" + limit.name() + "' that was not there");
      }
      if (!limit.withLimits(before.limits()).equals(before)
          || limit.limits().size() != before.limits().size()) {
        throw needsNewShield("'" + limit + "' in place of '" + before + "'");
      }
      if (!limit.limits().equals(current.limits())) {
        changed.add(current.withLimits(limit.limits()));
      }
    }
    if (!known.isEmpty()) {
      throw needsNewShield("no limit any more of the name " + known.keySet());
    }
    return changed;
  }

  private static IllegalArgumentException needsNewShield(String given) {
    return new IllegalArgumentException(
        CANNOT + ": limits must stay the same but for how much they admit, got " + given
            + ": start the application again for that");
  }

  private List<String> differences(
      List<Limit> changed, ShieldSettings wanted, PolicyTable table, Settings next) {
    List<String> all = new ArrayList<>();
    Map<String, Limit> limits = new LinkedHashMap<>();
    shield.engine().limits().forEach(limit -> limits.put(limit.name(), limit));
    for (Limit limit : changed) {
      Limit before = limits.put(limit.name(), limit);
      if (before != null && table.key(limit.name()) == null) { // others are told as rows
        all.add("limit '" + limit.name() + "': " + rates(before) + " -> " + rates(limit));
      }
    }
    String after = cap(wanted.inFlight());
    String before = after.equals(OFF) ? OFF : cap(shield.engine());
    if (!before.equals(after)) {
      all.add("in-flight: " + before + " -> " + after);
    }
    addRows(
        all,
        shield.table().texts(shield.engine().limits()),
        table.texts(List.copyOf(limits.values())));
    addSettings(all, texts.values(), next.values());
    return all;
  }

  private static String rates(Limit limit) {
    return String.join(", ", limit.limits().stream().map(RateLimit::toString).toList());
  }

  private static void addRows(List<String> all, List<String> before, List<String> after) {
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
      SettingKey<?> key = SettingKeys.find(name);
      boolean isToldAbove = key != null && key.reload().isReportedApart();
      if (!was.equals(is) && !isToldAbove) {
        all.add(name + ": " + Settings.shown(name, was) + " -> " + Settings.shown(name, is));
      }
    }
  }
}
