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
 * Policies in the order in which they are looked at: the first scope that a request is of decides,
 * with all policies of that scope. A request of no scope has no policy here.
 *
 * <p>Immutable. Finding is linear in the number of scopes, and allocates only where a path is
 * spelled in an unusual way.
 */
public final class PolicyTable {

  private static final Set<String> USUAL = Set.of("client", "everyone", "network");
  private static final int MOST_POLICIES = 1_000;
  private static final int MOST_OF_A_SCOPE = 8;

  /**
   * The policies of a scope.
   *
   * @param limiting those that keep a limit
   * @param criticality how much its requests mean
   */
  private record Group(
      PolicyScope scope, List<Policy> limiting, boolean isDenied, Criticality criticality) {}

  private final List<Policy> policies;
  private final Map<String, PolicyKey> keys = new HashMap<>(); // by the name of the limit
  private final Map<String, Integer> statuses = new HashMap<>(); // as well
  private final List<Group> groups = new ArrayList<>();

  /**
   * A table of these rows.
   *
   * @throws IllegalArgumentException if two have the same name, there are too many, or a scope is
   *     off and limited as well
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
      keys.put(policy.name(), policy.key());
      statuses.put(policy.name(), policy.status());
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

  /** The policies that keep a limit, in their order. */
  public List<Policy> limiting() {
    return limiting(policies);
  }

  /**
   * A row that had another name in the table before, as names that are not given follow the order
   * of the rows; null if there is none.
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

  /** What a limit counts by; null if it is not the limit of a policy. */
  public @Nullable PolicyKey key(String limit) {
    return keys.get(limit);
  }

  /** The status of the answer to a request that a limit rejects. */
  public int status(String limit) {
    return statuses.getOrDefault(limit, PolicyTerms.USUAL_STATUS);
  }

  /** Whether a plan is named, so that the plan of a request has to be known. */
  public boolean namesPlans() {
    return policies.stream().anyMatch(policy -> !policy.scope().plans().isEmpty());
  }

  /** Whether each request is of a scope. */
  public boolean isForAll() {
    return policies.stream().anyMatch(policy -> policy.scope().isForAll());
  }

  /** Rows that no request comes to, as an earlier one takes all of theirs. */
  public List<Policy> unreachable() {
    return policies.stream()
        .filter(policy -> groups.stream()
            .map(Group::scope)
            .takeWhile(scope -> !scope.equals(policy.scope()))
            .anyMatch(scope -> scope.covers(policy.scope())))
        .toList();
  }

  /** Returns the row that takes all requests from all limits behind it; null if there is none. */
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

  /** Returns the rows that limit or deny nothing but one of these paths. */
  public List<Policy> only(Predicate<String> paths) {
    return policies.stream()
        .filter(policy -> policy.isLimiting() || policy.isDenied())
        .filter(policy -> {
          String path = policy.scope().route().onlyPath();
          return path != null && paths.test(path);
        })
        .toList();
  }

  /** The number of scopes. */
  public int size() {
    return groups.size();
  }

  /** Whether the requests of a scope are rejected, whatever comes. */
  public boolean denies(int scope) {
    return groups.get(scope).isDenied;
  }

  /** How much the requests of a scope mean. */
  public Criticality criticality(int scope) {
    return groups.get(scope).criticality;
  }

  /** The policies of a scope that keep a limit; none if it is off. */
  public List<Policy> of(int scope) {
    return groups.get(scope).limiting;
  }

  /**
   * Returns the number of the scope that a request is of, from 0 on, whatever the case of its path;
   * −1 if it is of none.
   *
   * @param path in the form of {@link dev.flowshield.http.route.Route#path}
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
   * Returns the number of the scope that a request is of if the case of its path counts; −1 if it
   * is of none.
   *
   * @param found what {@link #find} has found: no scope before can be it
   */
  public int findCase(int found, String method, String path, @Nullable String plan) {
    for (int i = found; i < groups.size(); i++) {
      if (groups.get(i).scope.matchesCase(method, path, plan)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether a scope has the route of a request, whatever its plans. */
  public boolean hasRoute(String method, String path) {
    return groups.stream().anyMatch(group -> group.scope.route().matches(method, path));
  }

  /** As {@link #find}, among the scopes alone that name the method. */
  public int findNaming(String method, String path, @Nullable String plan) {
    for (int i = 0; i < groups.size(); i++) {
      PolicyScope scope = groups.get(i).scope;
      if (scope.route().names(method) && scope.matches(method, path, plan)) {
        return i;
      }
    }
    return -1;
  }

  /** The rows as they are written, with their limits as they are now. */
  public List<String> texts(List<Limit> limits) {
    Map<String, Limit> byName = new HashMap<>();
    limits.forEach(limit -> byName.put(limit.name(), limit));
    return policies.stream()
        .map(policy -> policy.text(byName.get(policy.name())))
        .toList();
  }
}
