package dev.flowshield.http.charge;

import dev.flowshield.Criticality;
import dev.flowshield.LimitStatus;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.LimitSet;
import dev.flowshield.engine.OverLimit;
import dev.flowshield.engine.Request;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.client.ClientNetwork;
import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.route.RouteNumber;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The charges of one kind of requests: limits, each with the source of its key and its cost.
 *
 * <p>Immutable.
 */
public final class ChargePlan {

  /**
   * The charge to one limit.
   *
   * @param name the name of the limit
   * @param keys the source of the key; null if the limit is for all requests together
   * @param cost the permits of one request
   * @param isVisible whether clients may know the status of the limit
   * @param settled the policy that computes the cost from the response; null if it is known before
   */
  record Entry(
      String name,
      @Nullable RequestKeys keys,
      long cost,
      boolean isVisible,
      @Nullable Policy settled) {

    Charge charge(RequestView request, String client) {
      return keys == null
          ? Charge.of(name, cost)
          : Charge.of(name, keys.key(request, client), cost);
    }

    /** Returns whether a request takes one permit, by its client's address or without a key. */
    boolean isPlain() {
      return (keys == null || keys == RequestKeys.ADDRESS) && cost == 1 && settled == null;
    }
  }

  /** The requests that a plan is for. */
  enum Kind {
    /** Requests that are rejected without charges. */
    DENIED,
    /** Requests of clients that are not limited as clients. */
    CLIENT_UNLIMITED,
    /** All other requests, except preflights. */
    USUAL,
    /** Preflights (CORS), which are charged to keys of their own. */
    PREFLIGHT
  }

  /** The number of no route, if the engine does not use routes. */
  static final int NO_ROUTE = 0;

  private static final int ROUTES = 1 + RouteNumber.COUNT;
  private static final int CRITICALITIES = Criticality.values().length;

  private static final String PREFLIGHT_KEY = "preflight="; // followed by the key of the client

  private final FlowShield engine;
  private final Kind kind;
  private final List<Entry> entries;
  private final boolean chargesNetwork;
  private final Criticality criticality;
  private final int number;
  private final boolean isSettled;
  private final boolean isPlain;
  private final boolean hasCosts; // of more than one permit
  private final LimitSet limits; // of the criticality of the plan
  private final RequestCharges oneKey;
  private final Set<String> visibleHere; // limits of the engine that clients may know
  private final Set<String> visibleInStore; // and those of a store
  private final LimitSet visible; // those of the engine

  // Shared charges by criticality and route; null while no request needs them.
  private final AtomicReference<@Nullable AtomicReferenceArray<@Nullable RequestCharges>> variants =
      new AtomicReference<>();

  /**
   * Creates a plan for limits of an engine.
   *
   * @param chargesNetwork whether the network of the client is charged as well
   * @param criticality the criticality of requests that state none
   * @param number distinguishes the plan from others
   */
  ChargePlan(
      FlowShield engine,
      Kind kind,
      List<Entry> entries,
      boolean chargesNetwork,
      Criticality criticality,
      int number) {
    this.engine = engine;
    this.kind = kind;
    this.entries = List.copyOf(entries);
    this.chargesNetwork = chargesNetwork;
    this.criticality = criticality;
    this.number = number;
    this.isSettled = entries.stream().anyMatch(entry -> entry.settled != null);
    this.isPlain = entries.stream().allMatch(Entry::isPlain);
    this.hasCosts = entries.stream().anyMatch(entry -> entry.cost > 1);
    this.limits = limits(entry -> true).withCriticality(criticality);
    this.oneKey = new OneKey(limits);
    // Another limiter may have to wait for the status of a key, and no request waits for a status.
    this.visibleHere = visible(limit -> engine.isLocal(limit.name()));
    this.visibleInStore = visible(limit -> limit.store().isPresent());
    this.visible = limits(entry -> visibleHere.contains(entry.name));
  }

  private Set<String> visible(Predicate<Limit> keeping) {
    Set<String> names = entries.stream()
        .filter(entry -> entry.isVisible)
        .map(Entry::name)
        .collect(Collectors.toCollection(HashSet::new));
    if (chargesNetwork) {
      names.add(ClientNetwork.NAME);
    }
    return engine.limits().stream()
        .filter(limit -> names.contains(limit.name()) && keeping.test(limit))
        .map(Limit::name)
        .collect(Collectors.toUnmodifiableSet());
  }

  private LimitSet limits(Predicate<Entry> which) {
    return engine.limitSet(entries.stream().filter(which).map(Entry::name).toArray(String[]::new));
  }

  /**
   * Returns the union of both plans, for a request that may match either. Its criticality is the
   * lower of the two.
   */
  ChargePlan and(ChargePlan other) {
    return new ChargePlan(
        engine,
        kind == other.kind ? kind : Kind.USUAL,
        List.copyOf(entriesWith(other)),
        chargesNetwork || other.chargesNetwork,
        criticality.compareTo(other.criticality) < 0 ? criticality : other.criticality,
        number);
  }

  /** Returns this plan for preflights, whose clients have separate keys. */
  ChargePlan forPreflights() {
    return kind == Kind.DENIED
        ? this
        : new ChargePlan(engine, Kind.PREFLIGHT, entries, chargesNetwork, criticality, number);
  }

  /** Returns the most limits that a request of both plans is charged to. */
  int sizeWith(ChargePlan other) {
    return entriesWith(other).size() + (chargesNetwork || other.chargesNetwork ? 1 : 0);
  }

  private Collection<Entry> entriesWith(ChargePlan other) {
    Map<String, Entry> all = new LinkedHashMap<>();
    for (Entry entry : entries) {
      all.put(entry.name, entry);
    }
    for (Entry entry : other.entries) {
      all.putIfAbsent(entry.name, entry);
    }
    return all.values();
  }

  /** Returns whether the network of the client is charged as well. */
  boolean chargesNetwork() {
    return chargesNetwork;
  }

  /** Returns the criticality of requests that state none. */
  Criticality criticality() {
    return criticality;
  }

  /** Returns the number that distinguishes this plan from others. */
  int number() {
    return number;
  }

  private String key(String client) {
    return kind == Kind.PREFLIGHT ? PREFLIGHT_KEY + client : client;
  }

  /**
   * Returns the charges of a request.
   *
   * @param client the key of its client
   * @param network the key of its client's network; null if that is not limited
   * @param route the number of the route; {@link #NO_ROUTE} for that of the limits
   */
  RequestCharges charges(
      RequestView request,
      String client,
      @Nullable String network,
      Criticality ofRequest,
      int route) {
    return isPlain && network == null
        ? oneKey(ofRequest, route)
        : new Itemized(itemize(request, key(client), network), ofRequest, route);
  }

  @SuppressWarnings("EnumOrdinal") // it is the index in an array of this class alone
  private RequestCharges oneKey(Criticality ofRequest, int route) {
    if (ofRequest == criticality && route == NO_ROUTE) {
      return oneKey;
    }
    AtomicReferenceArray<@Nullable RequestCharges> all = variants.get();
    if (all == null) {
      variants.compareAndSet(null, new AtomicReferenceArray<>(ROUTES * CRITICALITIES));
      all = Objects.requireNonNull(variants.get());
    }
    int index = ROUTES * ofRequest.ordinal() + route;
    RequestCharges known = all.get(index);
    if (known == null) {
      known = new OneKey(limits(ofRequest, route));
      all.set(index, known); // another thread may replace it by an equal one
    }
    return known;
  }

  /** Returns the limits for requests of a criticality and a route. */
  LimitSet limits(Criticality ofRequest, int route) {
    LimitSet alike = limits.withCriticality(ofRequest);
    return route == NO_ROUTE ? alike : alike.onRoute(route);
  }

  private Charge[] itemize(RequestView request, String key, @Nullable String network) {
    Charge[] charges = new Charge[entries.size() + (network == null ? 0 : 1)];
    for (int i = 0; i < entries.size(); i++) {
      charges[i] = entries.get(i).charge(request, key);
    }
    if (network != null) {
      charges[entries.size()] = Charge.of(ClientNetwork.NAME, key(network));
    }
    // An operator may have lowered a limit below a cost.
    return hasCosts ? engine.withinBursts(charges) : charges;
  }

  /**
   * Checks that the engine can admit a request of this plan.
   *
   * @throws IllegalStateException if it cannot
   */
  void requirePossible() {
    List<Charge> charges = new ArrayList<>();
    for (Entry entry : entries) {
      // One permit: a row checks that its cost is within its burst, which may be about to change.
      charges.add(new Charge(entry.name, entry.keys == null ? "" : "client", 1));
    }
    if (chargesNetwork) {
      charges.add(Charge.of(ClientNetwork.NAME, "network"));
    }
    Request request = Request.of(charges.toArray(Charge[]::new));
    try {
      engine.requirePossible(isSettled ? request.reserved() : request);
    } catch (IllegalArgumentException | UnsupportedOperationException impossible) {
      throw new IllegalStateException(
          "policies must fit the limits, got what no request could pass: "
              + impossible.getMessage(),
          impossible);
    }
  }

  /** Returns whether requests are rejected without charges: their client or path is denied. */
  public boolean isDenied() {
    return kind == Kind.DENIED;
  }

  /** Returns the key that counts the streams of a client; null if they are not counted. */
  @Nullable
  public String streamKey(String client) {
    return kind == Kind.CLIENT_UNLIMITED ? null : client;
  }

  private List<LimitStatus> storedLimitStatus(Admitted admitted) {
    return visibleInStore.isEmpty()
        ? List.of()
        : admitted.limitStatus().stream()
            .filter(each -> visibleInStore.contains(each.limit()))
            .toList();
  }

  /** One permit of one key in each limit. */
  private final class OneKey implements RequestCharges {

    private final LimitSet charged;

    OneKey(LimitSet charged) {
      this.charged = charged;
    }

    @Override
    public @Nullable String streamKey(String client) {
      return ChargePlan.this.streamKey(client);
    }

    @Override
    public Admission admit(String client) {
      return engine.admit(charged, key(client));
    }

    @Override
    public CompletableFuture<Admission> admitAsync(String client) {
      return engine.admitAsync(charged, key(client));
    }

    @Override
    public List<LimitStatus> limitStatus(String client) {
      return engine.limitStatus(visible, key(client));
    }

    @Override
    public List<LimitStatus> storedLimitStatus(Admitted admitted) {
      return ChargePlan.this.storedLimitStatus(admitted);
    }

    @Override
    public List<Estimate> estimates() {
      return List.of();
    }
  }

  /** A key and a cost for each limit. */
  private final class Itemized implements RequestCharges {

    private Charge[] charges;
    private final Criticality ofRequest;
    private final int route;

    Itemized(Charge[] charges, Criticality ofRequest, int route) {
      this.charges = charges;
      this.ofRequest = ofRequest;
      this.route = route;
    }

    @Override
    public @Nullable String streamKey(String client) {
      return ChargePlan.this.streamKey(client);
    }

    @Override
    public Admission admit(String client) {
      Admission admission = admit();
      return isOutdatedBy(admission) ? admit() : admission;
    }

    private Admission admit() {
      boolean isUsual = !isSettled && ofRequest == Criticality.DEFAULT && route == NO_ROUTE;
      return isUsual ? engine.admit(charges) : engine.admit(request());
    }

    @Override
    public CompletableFuture<Admission> admitAsync(String client) {
      CompletableFuture<Admission> asked = engine.admitAsync(request());
      boolean isOutdated =
          asked.isDone() && !asked.isCompletedExceptionally() && isOutdatedBy(asked.join());
      return isOutdated ? engine.admitAsync(request()) : asked;
    }

    /** Returns whether a limit was lowered below a cost meanwhile, and lowers that cost as well. */
    private boolean isOutdatedBy(Admission admission) {
      if (!hasCosts || !(admission instanceof OverLimit tooCostly) || tooCostly.isRetryable()) {
        return false;
      }
      Charge[] before = charges;
      charges = engine.withinBursts(before);
      return charges != before;
    }

    private Request request() {
      Request request = Request.of(charges).withCriticality(ofRequest);
      Request routed = route == NO_ROUTE ? request : request.onRoute(route);
      return isSettled ? routed.reserved() : routed;
    }

    /** Returns the status for one more permit of each charge. */
    @Override
    public List<LimitStatus> limitStatus(String client) {
      List<Charge> shown = new ArrayList<>();
      for (Charge charge : charges) {
        if (visibleHere.contains(charge.limit())) {
          shown.add(charge.permits() == 1 ? charge : Charge.of(charge.limit(), charge.key()));
        }
      }
      return shown.isEmpty()
          ? List.of()
          : engine.limitStatus(Request.of(shown.toArray(Charge[]::new)));
    }

    @Override
    public List<LimitStatus> storedLimitStatus(Admitted admitted) {
      return ChargePlan.this.storedLimitStatus(admitted);
    }

    @Override
    public List<Estimate> estimates() {
      if (!isSettled) {
        return List.of();
      }
      List<Estimate> estimates = new ArrayList<>();
      for (int i = 0; i < entries.size(); i++) {
        Policy policy = entries.get(i).settled;
        if (policy != null) {
          estimates.add(new Estimate(charges[i], policy));
        }
      }
      return estimates;
    }
  }
}
