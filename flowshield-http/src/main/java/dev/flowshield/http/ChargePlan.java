package dev.flowshield.http;

import dev.flowshield.Criticality;
import dev.flowshield.LimitStatus;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.LimitSet;
import dev.flowshield.engine.Request;
import dev.flowshield.http.policy.Policy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What requests of one kind are charged: limits, with the source of the key and the cost for each.
 *
 * <p>Immutable.
 */
final class ChargePlan {

  /**
   * A limit.
   *
   * @param name its name
   * @param keys where its key comes from; null if it is for all together
   * @param cost what a request takes
   * @param isTold whether clients may know how it stands, if that is known without asking elsewhere
   * @param settled the policy that knows at the end what the request has cost; null if it is known
   *     before
   */
  record Entry(
      String name,
      @Nullable RequestKeys keys,
      long cost,
      boolean isTold,
      @Nullable Policy settled) {

    Charge charge(RequestView request, String client) {
      return keys == null
          ? Charge.of(name, cost)
          : Charge.of(name, keys.key(request, client), cost);
    }

    /** Whether a request takes one permit, of its client's address or of all together. */
    boolean isPlain() {
      return (keys == null || keys == RequestKeys.ADDRESS) && cost == 1 && settled == null;
    }
  }

  private final FlowShield engine;
  private final List<Entry> parts;
  private final boolean withNetwork;
  private final Criticality criticality;
  private final int number;
  private final boolean areOfPreflights;
  private final boolean isSettled;
  private final boolean isPlain;
  private final LimitSet limits;
  private final Set<String> toldHere; // the limits of which clients may know, kept by the engine
  private final Set<String> toldByStore; // and by a store, which says so when it gives permits
  private final LimitSet told; // those kept by the engine

  /**
   * These limits of an engine.
   *
   * @param withNetwork whether the networks of clients are limited too
   * @param criticality how much its requests mean, if nothing else is said of one
   * @param number tells these from other charges
   */
  ChargePlan(
      FlowShield engine,
      List<Entry> parts,
      boolean withNetwork,
      Criticality criticality,
      int number) {
    this(engine, parts, withNetwork, criticality, number, false);
  }

  private ChargePlan(
      FlowShield engine,
      List<Entry> parts,
      boolean withNetwork,
      Criticality criticality,
      int number,
      boolean areOfPreflights) {
    this.engine = engine;
    this.parts = List.copyOf(parts);
    this.withNetwork = withNetwork;
    this.criticality = criticality;
    this.number = number;
    this.areOfPreflights = areOfPreflights;
    this.isSettled = parts.stream().anyMatch(part -> part.settled != null);
    this.isPlain = parts.stream().allMatch(Entry::isPlain);
    this.limits = limits(part -> true).withCriticality(criticality);
    this.toldHere = told(RequestClassifier::isKeptHere);
    this.toldByStore = told(limit -> limit.store().isPresent());
    this.told = limits(part -> toldHere.contains(part.name));
  }

  private Set<String> told(Predicate<Limit> keeping) {
    Set<String> names = parts.stream()
        .filter(part -> part.isTold)
        .map(Entry::name)
        .collect(Collectors.toCollection(HashSet::new));
    if (withNetwork) {
      names.add(ClientNetwork.NAME);
    }
    return engine.limits().stream()
        .filter(limit -> names.contains(limit.name()) && keeping.test(limit))
        .map(Limit::name)
        .collect(Collectors.toUnmodifiableSet());
  }

  private LimitSet limits(Predicate<Entry> which) {
    return engine.limitSet(parts.stream().filter(which).map(Entry::name).toArray(String[]::new));
  }

  /**
   * What a request is charged that may be one of these or of others: both, and none twice. It means
   * what the lesser means.
   */
  ChargePlan and(ChargePlan others) {
    return new ChargePlan(
        engine,
        List.copyOf(partsWith(others)),
        withNetwork || others.withNetwork,
        criticality.compareTo(others.criticality) < 0 ? criticality : others.criticality,
        number,
        areOfPreflights && others.areOfPreflights);
  }

  /** Returns the same charges for preflights, whose clients have other keys there. */
  ChargePlan ofPreflights() {
    return new ChargePlan(engine, parts, withNetwork, criticality, number, true);
  }

  /** Returns whether these are charges of preflights. */
  boolean areOfPreflights() {
    return areOfPreflights;
  }

  /** The number of the limits of both, at most. */
  int sizeWith(ChargePlan others) {
    return partsWith(others).size() + (withNetwork || others.withNetwork ? 1 : 0);
  }

  private Collection<Entry> partsWith(ChargePlan others) {
    Map<String, Entry> all = new LinkedHashMap<>();
    for (Entry part : parts) {
      all.put(part.name, part);
    }
    for (Entry part : others.parts) {
      all.putIfAbsent(part.name, part);
    }
    return all.values();
  }

  /** Whether the networks of clients are limited too. */
  boolean withNetwork() {
    return withNetwork;
  }

  /**
   * Whether each limit takes one permit, of the client's address or of all together: then a request
   * needs no bill.
   */
  boolean isPlain() {
    return isPlain;
  }

  /** How much its requests mean, if nothing else is said of one. */
  Criticality criticality() {
    return criticality;
  }

  /** Tells these from other charges. */
  int number() {
    return number;
  }

  /**
   * The limits, for a request that means so much; without those of networks.
   *
   * @param route of the request; {@link Charging#NO_ROUTE} for that of the limits
   */
  LimitSet limits(Criticality meaning, int route) {
    LimitSet alike = meaning == criticality ? limits : limits.withCriticality(meaning);
    return route == RequestClassifier.NO_ROUTE ? alike : alike.onRoute(route);
  }

  /**
   * The bill of a request.
   *
   * @param client the key of its client's address
   * @param network the key of its client's network; null if that is not limited
   * @param meaning how much it means
   * @param route as in {@link #limits}
   */
  RequestCharges bill(
      RequestView request,
      String client,
      @Nullable String network,
      Criticality meaning,
      int route) {
    Charge[] charges = new Charge[parts.size() + (network == null ? 0 : 1)];
    for (int i = 0; i < parts.size(); i++) {
      charges[i] = parts.get(i).charge(request, client);
    }
    if (network != null) {
      charges[parts.size()] = Charge.of(ClientNetwork.NAME, network);
    }
    return new RequestCharges(
        this, charges, isSettled ? settledLater(charges) : List.of(), meaning, route);
  }

  private List<RequestCharges.Estimate> settledLater(Charge[] charges) {
    List<RequestCharges.Estimate> later = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Policy policy = parts.get(i).settled;
      if (policy != null) {
        later.add(new RequestCharges.Estimate(charges[i], policy));
      }
    }
    return later;
  }

  /** How the limits stand of which a client may know that, for a request without a bill. */
  List<LimitStatus> limitStatus(String client) {
    return engine.limitStatus(told, client);
  }

  /** How the limits in stores stand of which a client may know that, as they said. */
  List<LimitStatus> limitStatus(Admitted admitted) {
    return toldByStore.isEmpty()
        ? List.of()
        : admitted.limitStatus().stream()
            .filter(each -> toldByStore.contains(each.limit()))
            .toList();
  }

  /** Those charges of a bill of which the client may know how they stand, at one permit each. */
  Charge[] told(Charge[] all) {
    List<Charge> those = new ArrayList<>();
    for (Charge charge : all) {
      if (toldHere.contains(charge.limit())) {
        those.add(charge.permits() == 1 ? charge : Charge.of(charge.limit(), charge.key()));
      }
    }
    return those.toArray(Charge[]::new);
  }

  /**
   * Checks that a shield can be asked for these.
   *
   * @throws IllegalStateException if it cannot
   */
  void requirePossible() {
    List<Charge> charges = new ArrayList<>();
    for (Entry part : parts) {
      // One permit: a row knows that its cost is within its burst, which may be about to change.
      charges.add(new Charge(part.name, part.keys == null ? "" : "client", 1));
    }
    if (withNetwork) {
      charges.add(Charge.of(ClientNetwork.NAME, "network"));
    }
    Request asked = Request.of(charges.toArray(Charge[]::new));
    try {
      engine.requirePossible(isSettled ? asked.reserved() : asked);
    } catch (IllegalArgumentException | UnsupportedOperationException impossible) {
      throw new IllegalStateException(
          "policies must fit the limits, got what no request could pass: "
              + impossible.getMessage(),
          impossible);
    }
  }
}
