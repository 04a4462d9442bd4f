package dev.flowshield.http;

import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.charge.SecretHash;
import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.policy.PolicyKey;
import dev.flowshield.http.policy.PolicyScope;
import dev.flowshield.http.policy.PolicyTable;
import dev.flowshield.http.route.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The policies of a shield, and the functions of the application that they call by name. */
final class PolicySettings {

  private final List<Policy> exempt = new ArrayList<>();
  private final List<Policy> policies = new ArrayList<>();
  private final Map<String, Function<? super RequestView, @Nullable String>> keys = new HashMap<>();
  private @Nullable Function<? super RequestView, @Nullable String> plan;
  private SecretHash hash = SecretHash.OF_PROCESS;

  /** Takes rows, one in a line; empty lines and those that begin with # are left out. */
  void add(String rows) {
    Objects.requireNonNull(rows, "policies");
    rows.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .forEach(line -> policies.add(row(line)));
  }

  private static Policy row(String line) {
    try {
      return Policy.parse(line);
    } catch (IllegalArgumentException impossible) {
      throw new IllegalArgumentException(
          "policy '" + line + "': " + impossible.getMessage(), impossible);
    }
  }

  /** Takes paths on which clients are not limited, before all rows. */
  void exempt(List<String> paths) {
    exempt.clear();
    paths.forEach(path -> exempt.add(Policy.off(PolicyScope.of(Route.of(path)))));
  }

  void key(String name, Function<? super RequestView, @Nullable String> function) {
    Objects.requireNonNull(function, "key");
    PolicyKey.requireOwn(Objects.requireNonNull(name, "name"));
    if (keys.putIfAbsent(name, function) != null) {
      throw new IllegalArgumentException(
          "key must be set once for each name, got '" + name + "' again: choose another name");
    }
  }

  void plan(Function<? super RequestView, @Nullable String> function) {
    this.plan = Objects.requireNonNull(function, "plan");
  }

  /**
   * The same from now on, whatever is added here.
   *
   * @param ofKeys stands for keys that must not be kept as they are
   * @throws IllegalStateException if a plan is named and not known
   */
  PolicySettings copy(SecretHash ofKeys) {
    PolicySettings copy = new PolicySettings();
    copy.hash = ofKeys;
    copy.exempt.addAll(exempt);
    copy.policies.addAll(policies);
    copy.keys.putAll(keys);
    copy.plan = plan;
    if (plan == null && table().namesPlans()) {
      throw new IllegalStateException(
          "plan must be given in code where a policy names one, got none: set"
              + " it, as in builder().plan(request -> …) or HttpShield.fromConfiguration(Map.of(), it ->"
              + " it.plan(request -> …)), or write * for the plan");
    }
    return copy;
  }

  PolicyTable table() {
    List<Policy> all = new ArrayList<>(exempt);
    all.addAll(policies);
    return new PolicyTable(all);
  }

  /** Stands for keys that must not be kept as they are. */
  SecretHash hash() {
    return hash;
  }

  /** The functions by name. */
  Map<String, Function<? super RequestView, @Nullable String>> keys() {
    return keys;
  }

  /** The plan of a request's client; null if it has none. */
  @Nullable
  String planOf(RequestView request) {
    return plan == null ? null : plan.apply(request);
  }
}
