package dev.flowshield.http.charge;

import dev.flowshield.Criticality;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.charge.ChargePlan.Kind;
import dev.flowshield.http.client.ClientAddress;
import dev.flowshield.http.client.ClientLists;
import dev.flowshield.http.client.IpAddress;
import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.policy.PolicyKey;
import dev.flowshield.http.policy.PolicyTable;
import dev.flowshield.http.route.Route;
import dev.flowshield.http.route.RouteNumber;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Determines the charges of requests: the limits, and the keys in them.
 *
 * <p>A request without policies is charged the default limits of the engine, by the address of its
 * client. A request with policies is charged these and the default limits; a policy keyed by
 * address replaces the per-client limit. Therefore no policy lets a client choose the only key that
 * counts it.
 *
 * <p>Thread-safe. Immutable, except for the plans that are kept.
 */
public final class RequestClassifier {

  /** The name of the limit for each client. */
  public static final String CLIENT = "client";

  private static final String OPTIONS = "OPTIONS";
  private static final int NO_ROW = -1;
  private static final int MOST_CHARGES = 16; // of one request to an engine
  private static final int MOST_PAIRS = 256; // because clients choose which of them they need

  /** Two plans, either of which a request may have. */
  private record Pair(ChargePlan one, ChargePlan other) {}

  private final FlowShield engine;
  private final ClientAddress client;
  private final ClientLists lists;
  private final int networkPrefix; // 0 if networks are not limited
  private final PolicyTable table;
  private final PolicyFunctions functions;
  private final CriticalityResolver criticality;
  private final boolean namesPlans;
  private final boolean usesRoutes;
  private final ChargePlan denied;
  private final ChargePlan clientUnlimited;
  private final ChargePlan usual; // without a policy
  private final ChargePlan usualPreflight;
  private final ChargePlan[] ofScopes; // by scope of the table
  private final ChargePlan[] preflightOfScopes;
  private final Map<Pair, ChargePlan> ofPairs = new ConcurrentHashMap<>();

  /**
   * Creates a classifier for the limits of an engine.
   *
   * @param networkPrefix the prefix length of a client's network; 0 if networks are not limited
   * @throws IllegalStateException if the policies do not fit the limits
   */
  public RequestClassifier(
      ClientAddress client,
      ClientLists lists,
      int networkPrefix,
      PolicyTable table,
      PolicyFunctions functions,
      CriticalityResolver criticality,
      FlowShield engine) {
    this.engine = engine;
    this.client = client;
    this.lists = lists;
    this.networkPrefix = networkPrefix;
    this.table = table;
    this.functions = functions;
    this.criticality = criticality;
    this.namesPlans = table.namesPlans();
    this.usesRoutes = engine.stats().overload().isPresent();
    this.denied =
        new ChargePlan(engine, Kind.DENIED, List.of(), false, Criticality.DEFAULT, NO_ROW);
    this.clientUnlimited = clientUnlimited(Criticality.DEFAULT, NO_ROW);
    this.usual = new ChargePlan(
        engine,
        Kind.USUAL,
        usualEntries(limit -> true),
        networkPrefix > 0,
        Criticality.DEFAULT,
        NO_ROW);
    this.usualPreflight = usual.forPreflights();
    this.ofScopes = new ChargePlan[table.size()];
    for (int scope = 0; scope < ofScopes.length; scope++) {
      ofScopes[scope] =
          table.denies(scope) ? denied : plan(table.of(scope), table.criticality(scope), scope);
      ofScopes[scope].requirePossible();
    }
    this.preflightOfScopes =
        Stream.of(ofScopes).map(ChargePlan::forPreflights).toArray(ChargePlan[]::new);
  }

  private ChargePlan clientUnlimited(Criticality ofRequests, int number) {
    return new ChargePlan(
        engine,
        Kind.CLIENT_UNLIMITED,
        usualEntries(limit -> limit.scope() == Scope.TOGETHER),
        false,
        ofRequests,
        number);
  }

  private ChargePlan plan(List<Policy> rows, Criticality ofRequests, int number) {
    if (rows.isEmpty()) {
      return ofRequests == Criticality.DEFAULT
          ? clientUnlimited
          : clientUnlimited(ofRequests, number);
    }
    boolean replacesClient =
        rows.stream().anyMatch(row -> row.key().kind() == PolicyKey.Kind.ADDRESS);
    List<ChargePlan.Entry> entries =
        usualEntries(limit -> !replacesClient || !limit.name().equals(CLIENT));
    for (Policy row : rows) {
      boolean isVisible = row.key().isProven() && !row.limit().isShadow();
      RequestKeys keys =
          row.key().kind() == PolicyKey.Kind.EVERYONE ? null : RequestKeys.of(row.key(), functions);
      Policy settled = row.isSettled() ? row : null;
      entries.add(new ChargePlan.Entry(row.name(), keys, row.cost(), isVisible, settled));
    }
    return new ChargePlan(engine, Kind.USUAL, entries, networkPrefix > 0, ofRequests, number);
  }

  private List<ChargePlan.Entry> usualEntries(Predicate<Limit> charged) {
    List<ChargePlan.Entry> entries = new ArrayList<>();
    for (Limit limit : engine.usualLimits()) {
      if (charged.test(limit)) {
        boolean isEach = limit.scope() == Scope.EACH;
        RequestKeys keys = isEach ? RequestKeys.ADDRESS : null;
        boolean isVisible = isEach && !limit.isShadow();
        entries.add(new ChargePlan.Entry(limit.name(), keys, 1, isVisible, null));
      }
    }
    return entries;
  }

  /** Returns whether the engine keeps all limits, so that no request waits. */
  public boolean isSynchronous() {
    return engine.limits().stream().allMatch(limit -> engine.isLocal(limit.name()));
  }

  /** Returns the key of a request's client. */
  public String client(RequestView request) {
    return client.key(request);
  }

  /**
   * Determines the charges of a request.
   *
   * @param plan its plan, which is not denied
   * @param clientKey the key of its client
   */
  public RequestCharges charges(RequestView request, ChargePlan plan, String clientKey) {
    @Nullable Criticality stated = criticality.of(request);
    int route = usesRoutes
        ? RouteNumber.of(plan.number(), request.method(), request.path())
        : ChargePlan.NO_ROUTE;
    return plan.charges(
        request,
        clientKey,
        plan.chargesNetwork() ? networkKey(request, clientKey) : null,
        stated == null ? plan.criticality() : stated,
        route);
  }

  private @Nullable String networkKey(RequestView request, String clientKey) {
    if (clientKey.indexOf(':') < 0) { // an IPv4 host has no network
      return null;
    }
    @Nullable IpAddress address = client.of(request);
    return address == null || address.standsForIpv4() ? null : address.key(networkPrefix);
  }

  /** Returns the plan of a request, without its keys and costs. */
  public ChargePlan plan(RequestView request) {
    if (!lists.isEmpty()) {
      @Nullable IpAddress address = client.of(request);
      if (lists.denies(address)) {
        return denied;
      }
      if (lists.allows(address)) {
        return clientUnlimited;
      }
    }
    @Nullable String announced = announcedBy(request);
    return ofScopes.length > 0
        ? byTable(request, announced)
        : announced == null ? usual : usualPreflight;
  }

  private ChargePlan byTable(RequestView request, @Nullable String announced) {
    @Nullable String clientPlan = namesPlans ? functions.plan().apply(request) : null;
    String method = request.method();
    List<String> spellings = request.spellings();
    String path = path(request, spellings);
    ChargePlan plan = byTable(method, Route.path(path), clientPlan, announced);
    Set<String> others = Route.otherPaths(path, spellings);
    if (others.isEmpty()) {
      return plan;
    }
    if (others.size() > Route.MOST_OTHER_PATHS) {
      return denied;
    }
    Set<ChargePlan> all = new LinkedHashSet<>();
    for (String other : others) {
      all.add(byTable(method, other, clientPlan, announced));
    }
    for (ChargePlan each : all) {
      plan = both(plan, each);
    }
    return plan;
  }

  /**
   * Returns the path of a request. If the path cannot be decoded, returns it as the client wrote
   * it, so that it is not taken for "/".
   */
  private static String path(RequestView request, List<String> spellings) {
    String path = request.path();
    return path.isEmpty() && !spellings.isEmpty() ? spellings.get(0) : path;
  }

  private ChargePlan byTable(
      String method, String path, @Nullable String clientPlan, @Nullable String announced) {
    ChargePlan plan = byRow(method, path, clientPlan, ofScopes, usual);
    if (announced == null || plan == denied) {
      return plan;
    }
    int naming = table.findNaming(OPTIONS, path, clientPlan);
    return naming >= 0
        ? ofScopes[naming]
        : byRow(announced, path, clientPlan, preflightOfScopes, usualPreflight);
  }

  /**
   * Returns the plan of the first row that matches. If another row differs from it by case alone,
   * the request is charged for both, because an application may or may not distinguish them.
   *
   * @param none the plan if no row matches
   */
  private ChargePlan byRow(
      String method, String path, @Nullable String clientPlan, ChargePlan[] rows, ChargePlan none) {
    int found = table.find(method, path, clientPlan);
    if (found < 0) {
      return none;
    }
    int byCase = table.findCase(found, method, path, clientPlan);
    return found == byCase ? rows[found] : both(rows[found], byCase < 0 ? none : rows[byCase]);
  }

  /** Returns the plan of a request that the server may take for either of two. */
  private ChargePlan both(ChargePlan one, ChargePlan other) {
    if (one == other) {
      return one;
    }
    if (one == denied || other == denied) {
      return denied;
    }
    Pair pair = new Pair(one, other);
    ChargePlan known = ofPairs.get(pair);
    if (known != null) {
      return known;
    }
    ChargePlan union = one.sizeWith(other) > MOST_CHARGES ? denied : one.and(other);
    if (ofPairs.size() < MOST_PAIRS) {
      ofPairs.put(pair, union); // another thread may replace it by an equal one
    }
    return union;
  }

  /**
   * Returns the method of the request that a browser announces by a preflight (CORS); null if the
   * request is no preflight. A preflight takes nothing from the allowances of its client and its
   * network. Otherwise each request of a page would count twice.
   */
  private static @Nullable String announcedBy(RequestView request) {
    return request.method().equals(OPTIONS) && request.header("Origin") != null
        ? request.header("Access-Control-Request-Method")
        : null;
  }

  /** Returns whether another classifier has the same clients, rows and broad exemptions. */
  public boolean isLike(RequestClassifier other) {
    return client.toString().equals(other.client.toString())
        && lists.allowed().broad().equals(other.lists.allowed().broad())
        && table.texts(List.of()).equals(other.table.texts(List.of()));
  }

  /**
   * Returns the policies that admit more for a key than the per-client limit admits for its
   * address, although their requests are charged to both.
   */
  public List<Policy> cappedByAddress() {
    Limit perClient = engine.usualLimits().stream()
        .filter(limit -> limit.name().equals(CLIENT) && !limit.isShadow())
        .findFirst()
        .orElse(null);
    if (perClient == null) {
      return List.of();
    }
    List<Policy> capped = new ArrayList<>();
    for (int scope = 0; scope < table.size(); scope++) {
      List<Policy> rows = table.of(scope);
      if (rows.stream().noneMatch(row -> row.key().kind() == PolicyKey.Kind.ADDRESS)) {
        rows.stream().filter(row -> admitsMore(row, perClient)).forEach(capped::add);
      }
    }
    return capped;
  }

  private static boolean admitsMore(Policy row, Limit perClient) {
    return row.key().kind() != PolicyKey.Kind.EVERYONE
        && !row.isSettled()
        && !row.limit().isShadow()
        && perSecond(row.limit()) / row.cost() > perSecond(perClient);
  }

  private static double perSecond(Limit limit) {
    return limit.limits().stream()
        .mapToDouble(rate -> rate.permits() * 1e9 / rate.period().toNanos())
        .min()
        .orElse(0);
  }

  /** Returns the source of client addresses. */
  public ClientAddress client() {
    return client;
  }

  /** Returns whether rows match the route of a request, but none matches the plan of its client. */
  public boolean lacksPlan(RequestView request) {
    if (!namesPlans) {
      return false;
    }
    String path = Route.path(path(request, request.spellings()));
    return table.find(request.method(), path, functions.plan().apply(request)) < 0
        && table.hasRoute(request.method(), path);
  }

  /** Returns whether a policy counts by the user that the server has authenticated. */
  public boolean countsPrincipals() {
    return table.limiting().stream().anyMatch(row -> row.key().kind() == PolicyKey.Kind.PRINCIPAL);
  }

  /** Returns whether functions of the application are called, which may ask for the user. */
  public boolean callsApplication() {
    return namesPlans
        || table.limiting().stream().anyMatch(row -> row.key().kind() == PolicyKey.Kind.OWN);
  }

  /** Returns the clients that are allowed or denied before all policies. */
  public ClientLists lists() {
    return lists;
  }

  /** Returns the policies. */
  public PolicyTable policies() {
    return table;
  }
}
