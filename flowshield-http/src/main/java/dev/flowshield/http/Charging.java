package dev.flowshield.http;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.http.client.IpAddress;
import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.policy.PolicyKey.Kind;
import dev.flowshield.http.policy.PolicyTable;
import dev.flowshield.http.route.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What requests are charged to: the limits, and the keys in them.
 *
 * <p>A request without a policy is charged the usual limits of the engine, by its client's address.
 * One with policies is charged those, and the usual limits but for that of each client where a
 * policy counts by the address in its place. So no policy lets a client choose the only key that it
 * is counted by.
 *
 * <p>Immutable.
 */
final class Charging {

  private final ClientAddress client;
  private final int networkPrefix; // 0 if networks are not limited
  private final PolicySettings policies;
  private final PolicyTable table;
  private final boolean namesPlans;
  private final boolean hasUsualLimits;
  private final Charges usual; // of requests without a policy
  private final Charges[] ofScopes;

  /**
   * Charges of the limits that an engine has.
   *
   * @throws IllegalStateException if policies do not fit them
   */
  Charging(ClientAddress client, int networkPrefix, PolicySettings policies, FlowShield engine) {
    this.client = client;
    this.networkPrefix = networkPrefix;
    this.policies = policies;
    this.table = policies.table();
    this.namesPlans = table.namesPlans();
    this.hasUsualLimits = !engine.usualLimits().isEmpty() || engine.limits().isEmpty();
    this.usual = new Charges(usualParts(engine, limit -> true), networkPrefix > 0);
    this.ofScopes = new Charges[table.size()];
    for (int scope = 0; scope < ofScopes.length; scope++) {
      ofScopes[scope] = charges(engine, table.of(scope));
      ofScopes[scope].requirePossible(engine);
    }
  }

  private Charges charges(FlowShield engine, List<Policy> rows) {
    if (rows.isEmpty()) {
      return new Charges(usualParts(engine, limit -> limit.scope() != Scope.EACH), false);
    }
    boolean replacesClient = rows.stream().anyMatch(row -> row.key().kind() == Kind.ADDRESS);
    List<Charges.Part> parts = usualParts(
        engine, limit -> !replacesClient || !limit.name().equals(HttpShieldBuilder.CLIENT));
    for (Policy row : rows) {
      parts.add(new Charges.Part(
          row.name(),
          row.key().kind() == Kind.EVERYONE ? null : RequestKeys.of(row.key(), policies.keys()),
          row.cost(),
          row.isSettled() ? row : null));
    }
    return new Charges(parts, networkPrefix > 0);
  }

  private static List<Charges.Part> usualParts(FlowShield engine, Predicate<Limit> charged) {
    List<Charges.Part> parts = new ArrayList<>();
    for (Limit limit : engine.usualLimits()) {
      if (charged.test(limit)) {
        RequestKeys keys = limit.scope() == Scope.EACH ? (request, key) -> key : null;
        parts.add(new Charges.Part(limit.name(), keys, 1, null));
      }
    }
    return parts;
  }

  /** The bill of a request; null if it is charged the usual limits by {@link #key} alone. */
  @Nullable
  Bill bill(RequestView request) {
    Charges charges = charges(request);
    boolean isPlain = charges == usual && hasUsualLimits;
    if (!charges.withNetwork()) {
      return isPlain ? null : charges.bill(request, client.key(request), null);
    }
    @Nullable IpAddress address = client.of(request);
    String network = address == null || address.standsForIpv4() ? null : address.key(networkPrefix);
    return isPlain && network == null ? null : charges.bill(request, client.key(address), network);
  }

  private Charges charges(RequestView request) {
    if (ofScopes.length == 0) {
      return usual;
    }
    String plan = namesPlans ? policies.planOf(request) : null;
    int scope = table.find(request.method(), Route.path(request.policyPath()), plan);
    return scope < 0 ? usual : ofScopes[scope];
  }

  /** The key of the client of a request. */
  String key(RequestView request) {
    return client.key(request);
  }

  /** Where the address of a client comes from. */
  ClientAddress client() {
    return client;
  }

  /** The policies. */
  PolicyTable policies() {
    return table;
  }
}
