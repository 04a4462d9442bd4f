package dev.flowshield.http.policy;

import dev.flowshield.Criticality;
import dev.flowshield.engine.Limit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Policies in the order of their evaluation. The first scope that matches a request decides, with
 * all policies of that scope. A request that no scope matches has no policy.
 *
 * <p>Immutable. Finding a scope is linear in their number, and allocates only for an unusual
 * spelling of a path.
 */
public final class PolicyTable {

  private static final Set<String> USUAL = Set.of("client", "everyone", "network");
  private static final int MOST_POLICIES = 1_000;
  private static final int MOST_OF_A_SCOPE = 8;

  /**
   * The policies of a scope.
   *
   * @param limiting the policies that have a limit
   * @param criticality the criticality of the requests
   */
  private record Group(
      PolicyScope scope, List<Policy> limiting, boolean isDenied, Criticality criticality) {}

  private final List<Policy> policies;
  private final Map<String, Policy> limits = new HashMap<>(); // by their names
  private final List<Group> groups = new ArrayList<>();

  /**
   * Creates a table of rows.
   *
   * @throws IllegalArgumentException if two rows have the same name, there are too many, or a scope
   *     is off and limited as well
   */
  public PolicyTable(List<Policy> rows) {
    if (rows.size() > MOST_POLICIES) {
      throw new IllegalArgumentException("policies must be at most 1,000, got " + rows.size()
          + ": join rows by patterns, as in /api/**");
    }
    this.policies = named(rows);
    Map<PolicyScope, List<Policy>> byScope = new LinkedHashMap<>();
    for (Policy policy : policies) {
      byScope.computeIfAbsent(policy.scope(), absent -> new ArrayList<>()).add(policy);
      if (policy.isLimiting()) {
        limits.put(policy.name(), policy);
      }
    }
    byScope.forEach((scope, all) -> {
      requireFit(scope, all);
      groups.add(new Group(scope, limiting(all), all.get(0).isDenied(), criticality(scope, all)));
    });
  }

  private static void requireFit(PolicyScope scope, List<Policy> rows) {
    if (rows.size() > MOST_OF_A_SCOPE) {
      throw new IllegalArgumentException("rows for '" + scope + "' must be at most "
          + MOST_OF_A_SCOPE + ", got " + rows.size() + ": leave some out");
    }
    if (rows.size() > 1 && !rows.stream().allMatch(Policy::isLimiting)) {
      throw new IllegalArgumentException("rows for '" + scope
          + "' must be limits, or one row with off or deny, got both: keep one of them");
    }
  }

  private static Criticality criticality(PolicyScope scope, List<Policy> rows) {
    List<Criticality> said = rows.stream()
        .map(Policy::criticality)
        .filter(Objects::nonNull)
        .distinct()
        .toList();
    if (said.size() > 1) {
      throw new IllegalArgumentException("class must be the same in all rows for '" + scope
          + "', got " + said + ": say it in one of them");
    }
    return said.isEmpty() ? Criticality.DEFAULT : said.get(0);
  }

  private static List<Policy> limiting(List<Policy> rows) {
    return rows.stream().filter(Policy::isLimiting).toList();
  }

  private static List<Policy> named(List<Policy> rows) {
    Set<String> taken = new HashSet<>(USUAL);
    for (Policy row : rows) {
      if (!row.name().isEmpty() && !taken.add(row.name())) {
        throw new IllegalArgumentException("name must be unique, got '" + row.name()
            + "' twice, or for a usual limit: choose another one, or leave it out");
      }
    }
    List<Policy> named = new ArrayList<>();
    for (Policy row : rows) {
      named.add(!row.isLimiting() || !row.name().isEmpty() ? row : row.named(free(row, taken)));
    }
    return List.copyOf(named);
  }

  private static String free(Policy row, Set<String> taken) {
    String proposed = row.proposedName();
    String name = proposed;
    int number = 1;
    while (!taken.add(name)) {
      number++;
      name = proposed + "-" + number;
    }
    return name;
  }

  /** Returns the policies that have a limit, in their order. */
  public List<Policy> limiting() {
    return limiting(policies);
  }

  /**
   * Returns a row that had another name in an earlier table, or null. A default name
   * depends on the order of the rows.
   */
  public @Nullable Policy renamed(PolicyTable before) {
    for (Policy row : limiting()) {
      if (isElsewhere(row, before.limiting().stream().filter(row::isLike).toList())
          || isElsewhere(row, before.limiting().stream().filter(row::countsLike).toList())) {
        return row;
      }
    }
    return null;
  }

  private static boolean isElsewhere(Policy row, List<Policy> before) {
    return !before.isEmpty() && before.stream().noneMatch(each -> each.name().equals(row.name()));
  }

  /** Returns the policy of a limit; null if it is not the limit of a policy. */
  public @Nullable Policy limiting(String limit) {
    return limits.get(limit);
  }

  /** Returns the key of a limit; null if it is not the limit of a policy. */
  public @Nullable PolicyKey key(String limit) {
    Policy policy = limits.get(limit);
    return policy == null ? null : policy.key();
  }

  /** Returns the status of the response to a request that a limit rejects. */
  public int status(String limit) {
    Policy policy = limits.get(limit);
    return policy == null ? PolicyTerms.USUAL_STATUS : policy.status();
  }

  /** Returns whether a row names a plan, so that the plan of a request must be known. */
  public boolean namesPlans() {
    return policies.stream().anyMatch(policy -> !policy.scope().plans().isEmpty());
  }

  /** Returns whether a scope matches each request. */
  public boolean isForAll() {
    return policies.stream().anyMatch(policy -> policy.scope().isForAll());
  }

  /** Returns the rows that no request reaches, because an earlier row matches all of theirs. */
  public List<Policy> unreachable() {
    return policies.stream()
        .filter(policy -> groups.stream()
            .map(Group::scope)
            .takeWhile(scope -> !scope.equals(policy.scope()))
            .anyMatch(scope -> scope.covers(policy.scope())))
        .toList();
  }

  /** Returns the row that exempts all requests from all limits after it, or null. */
  public @Nullable Policy exemptingAll() {
    for (Policy policy : policies) {
      if (policy.isLimiting()) {
        return null;
      }
      if (policy.scope().isForAll() && !policy.isDenied()) {
        return policy;
      }
    }
    return null;
  }

  /** Returns the rows that limit or deny only one of these paths. */
  public List<Policy> only(Predicate<String> paths) {
    return policies.stream()
        .filter(policy -> policy.isLimiting() || policy.isDenied())
        .filter(policy -> {
          String path = policy.scope().route().onlyPath();
          return path != null && paths.test(path);
        })
        .toList();
  }

  /** Returns the number of scopes. */
  public int size() {
    return groups.size();
  }

  /** Returns whether all requests of a scope are rejected. */
  public boolean denies(int scope) {
    return groups.get(scope).isDenied;
  }

  /** Returns the criticality of the requests of a scope. */
  public Criticality criticality(int scope) {
    return groups.get(scope).criticality;
  }

  /** Returns the policies of a scope that have a limit; empty if it is off. */
  public List<Policy> of(int scope) {
    return groups.get(scope).limiting;
  }

  /**
   * Returns the number of the first scope that matches a request, from 0 on, if the case of its
   * path does not count; −1 if absent.
   *
   * @param path the path in the form of {@link dev.flowshield.http.route.Route#path}
   */
  public int find(String method, String path, @Nullable String plan) {
    for (int i = 0; i < groups.size(); i++) {
      if (groups.get(i).scope.matches(method, path, plan)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Returns the number of the first scope that matches a request if the case of its path counts;
   * −1 if absent.
   *
   * @param found the result of {@link #find}; no scope before it matches
   */
  public int findCase(int found, String method, String path, @Nullable String plan) {
    for (int i = found; i < groups.size(); i++) {
      if (groups.get(i).scope.matchesCase(method, path, plan)) {
        return i;
      }
    }
    return -1;
  }

  /** Returns whether a scope matches a request for some plan. */
  public boolean hasRoute(String method, String path) {
    return groups.stream().anyMatch(group -> group.scope.route().matches(method, path));
  }

  /** Returns the scope like {@link #find}, among those that name the method. */
  public int findNaming(String method, String path, @Nullable String plan) {
    for (int i = 0; i < groups.size(); i++) {
      PolicyScope scope = groups.get(i).scope;
      if (scope.route().names(method) && scope.matches(method, path, plan)) {
        return i;
      }
    }
    return -1;
  }

  /** Returns the text of each row with the current rates of its limit. */
  public List<String> texts(List<Limit> limits) {
    Map<String, Limit> byName = new HashMap<>();
    limits.forEach(limit -> byName.put(limit.name(), limit));
    return policies.stream()
        .map(policy -> policy.text(byName.get(policy.name())))
        .toList();
  }
}
