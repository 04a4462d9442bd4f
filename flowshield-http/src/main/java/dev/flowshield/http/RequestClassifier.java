package dev.flowshield.http;

import dev.flowshield.Criticality;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.http.client.IpAddress;
import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.policy.PolicyKey.Kind;
import dev.flowshield.http.policy.PolicyTable;
import dev.flowshield.http.route.Route;
import dev.flowshield.http.route.RouteNumber;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
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
final class RequestClassifier {

  /** The route of requests of which none is needed. */
  static final int NO_ROUTE = 0;

  private static final String OPTIONS = "OPTIONS";
  private static final String PREFLIGHT = "preflight="; // before the key of the client
  private static final int OF_NO_ROW = -1;
  private static final int MOST_CHARGES = 16; // that an engine takes for one request

  // Others may ask elsewhere how a key stands, for which no request may wait.
  private static final Set<String> KEPT_HERE =
      Set.of("token-bucket", "fixed-window", "sliding-window");

  private final FlowShield engine;
  private final ClientAddress client;
  private final ClientLists lists;
  private final int networkPrefix; // 0 if networks are not limited
  private final PolicySettings policies;
  private final CriticalityResolver meaning;
  private final PolicyTable table;
  private final boolean namesPlans;
  private final boolean asksForRoutes;
  private final ChargePlan usual; // of requests without a policy
  private final ChargePlan open; // where clients are not limited
  private final ChargePlan denied; // is never charged
  private final ChargePlan[] ofScopes;
  private final ChargePlan usualOfPreflights;
  private final ChargePlan[] preflightsOfScopes;

  /**
   * Charges of the limits that an engine has.
   *
   * @throws IllegalStateException if policies do not fit them
   */
  RequestClassifier(
      ClientAddress client,
      ClientLists lists,
      int networkPrefix,
      PolicySettings policies,
      CriticalityResolver meaning,
      FlowShield engine) {
    this.engine = engine;
    this.client = client;
    this.lists = lists;
    this.networkPrefix = networkPrefix;
    this.policies = policies;
    this.meaning = meaning;
    this.table = policies.table();
    this.namesPlans = table.namesPlans();
    this.asksForRoutes = engine.stats().overload().isPresent();
    this.denied = new ChargePlan(engine, List.of(), false, Criticality.DEFAULT, OF_NO_ROW);
    this.usual = new ChargePlan(
        engine, usualParts(limit -> true), networkPrefix > 0, Criticality.DEFAULT, OF_NO_ROW);
    this.open = open(Criticality.DEFAULT, OF_NO_ROW);
    this.ofScopes = new ChargePlan[table.size()];
    for (int scope = 0; scope < ofScopes.length; scope++) {
      ofScopes[scope] =
          table.denies(scope) ? denied : charges(table.of(scope), table.criticality(scope), scope);
      ofScopes[scope].requirePossible();
    }
    this.usualOfPreflights = usual.ofPreflights();
    this.preflightsOfScopes = Stream.of(ofScopes)
        .map(charges -> charges == denied ? denied : charges.ofPreflights())
        .toArray(ChargePlan[]::new);
  }

  /** The same for an engine with limits of the same names. */
  RequestClassifier on(FlowShield other) {
    return other == engine
        ? this
        : new RequestClassifier(client, lists, networkPrefix, policies, meaning, other);
  }

  private ChargePlan open(Criticality criticality, int number) {
    return new ChargePlan(
        engine, usualParts(limit -> limit.scope() == Scope.TOGETHER), false, criticality, number);
  }

  private ChargePlan charges(List<Policy> rows, Criticality criticality, int number) {
    if (rows.isEmpty()) {
      return criticality == Criticality.DEFAULT ? open : open(criticality, number);
    }
    boolean replacesClient = rows.stream().anyMatch(row -> row.key().kind() == Kind.ADDRESS);
    List<ChargePlan.Entry> parts =
        usualParts(limit -> !replacesClient || !limit.name().equals(HttpShieldBuilder.CLIENT));
    for (Policy row : rows) {
      boolean isTold = row.key().isProven() && !row.limit().isShadow();
      RequestKeys keys = row.key().kind() == Kind.EVERYONE
          ? null
          : RequestKeys.of(row.key(), policies.keys(), policies.hash());
      Policy settled = row.isSettled() ? row : null;
      parts.add(new ChargePlan.Entry(row.name(), keys, row.cost(), isTold, settled));
    }
    return new ChargePlan(engine, parts, networkPrefix > 0, criticality, number);
  }

  private List<ChargePlan.Entry> usualParts(Predicate<Limit> charged) {
    List<ChargePlan.Entry> parts = new ArrayList<>();
    for (Limit limit : engine.usualLimits()) {
      if (charged.test(limit)) {
        boolean isEach = limit.scope() == Scope.EACH;
        RequestKeys keys = isEach ? RequestKeys.ADDRESS : null;
        boolean isTold = isEach && !limit.isShadow();
        parts.add(new ChargePlan.Entry(limit.name(), keys, 1, isTold, null));
      }
    }
    return parts;
  }

  /** Whether the engine keeps a limit by a formula of its own. */
  static boolean isKeptHere(Limit limit) {
    return KEPT_HERE.contains(limit.limiter());
  }

  /** What a request is charged; null if it is rejected, whatever comes. */
  @Nullable
  ChargePlan charges(RequestView request) {
    ChargePlan charges = chargesOrDenied(request);
    return charges == denied ? null : charges;
  }

  /** How much a request means that is charged so. */
  Criticality criticality(RequestView request, ChargePlan charges) {
    Criticality said = meaning.of(request);
    return said == null ? charges.criticality() : said;
  }

  /**
   * The route of a request that is charged so; {@link #NO_ROUTE} where the engine does not look at
   * routes, as it does not look for its cap.
   */
  int route(RequestView request, ChargePlan charges) {
    return asksForRoutes
        ? RouteNumber.of(charges.number(), request.method(), request.path())
        : NO_ROUTE;
  }

  /** Returns the key of the client of a request that is charged so. */
  String key(RequestView request, ChargePlan charges) {
    String key = client.key(request);
    return charges.areOfPreflights() ? PREFLIGHT + key : key;
  }

  /** The key that a stream is counted by; null if its client is not limited. */
  @Nullable
  String streamKey(ChargePlan charges, String key) {
    return charges == open
        ? null
        : charges.areOfPreflights() ? key.substring(PREFLIGHT.length()) : key;
  }

  /** The bill of a request; null if it takes one permit of its key in each limit. */
  @Nullable
  RequestCharges bill(
      RequestView request, ChargePlan charges, String key, Criticality criticality, int route) {
    boolean hasNetwork = charges.withNetwork() && key.indexOf(':') >= 0; // no IPv4 host has
    String network = hasNetwork ? network(client.of(request), charges) : null;
    return charges.isPlain() && network == null
        ? null
        : charges.bill(request, key, network, criticality, route);
  }

  private @Nullable String network(@Nullable IpAddress address, ChargePlan charges) {
    if (address == null || address.standsForIpv4()) {
      return null;
    }
    String key = address.key(networkPrefix);
    return charges.areOfPreflights() ? PREFLIGHT + key : key;
  }

  private ChargePlan chargesOrDenied(RequestView request) {
    if (!lists.isEmpty()) {
      @Nullable IpAddress address = client.of(request);
      if (lists.denies(address)) {
        return denied;
      }
      if (lists.allows(address)) {
        return open;
      }
    }
    @Nullable String announced = announcedBy(request);
    return ofScopes.length > 0
        ? byTable(request, announced)
        : announced == null ? usual : usualOfPreflights;
  }

  private ChargePlan byTable(RequestView request, @Nullable String announced) {
    String plan = namesPlans ? policies.planOf(request) : null;
    String method = request.method();
    String path = path(request);
    List<String> spellings = request.spellings();
    ChargePlan charges = byTable(method, Route.path(path), plan, announced);
    Set<String> others = Route.otherPaths(path, spellings);
    if (others.isEmpty()) {
      return charges;
    }
    if (others.size() > Route.MOST_OTHER_PATHS) {
      return denied;
    }
    Set<ChargePlan> all = new LinkedHashSet<>();
    for (String other : others) {
      all.add(byTable(method, other, plan, announced));
    }
    for (ChargePlan each : all) {
      charges = both(charges, each);
    }
    return charges;
  }

  /** Returns the path of a request; if that cannot be decoded, as it came: it is not "/". */
  private static String path(RequestView request) {
    String path = request.path();
    List<String> spellings = request.spellings();
    return path.isEmpty() && !spellings.isEmpty() ? spellings.get(0) : path;
  }

  private ChargePlan byTable(
      String method, String path, @Nullable String plan, @Nullable String announced) {
    ChargePlan charges = byRow(method, path, plan, ofScopes, usual);
    if (announced == null || charges == denied) {
      return charges;
    }
    int naming = table.findNaming(OPTIONS, path, plan);
    return naming >= 0
        ? ofScopes[naming]
        : byRow(announced, path, plan, preflightsOfScopes, usualOfPreflights);
  }

  /**
   * The charges of the first row that fits. An application may tell apart what differs by case, or
   * not: if a row does, a request is charged for both.
   *
   * @param none if there is no such row
   */
  private ChargePlan byRow(
      String method, String path, @Nullable String plan, ChargePlan[] rows, ChargePlan none) {
    int found = table.find(method, path, plan);
    if (found < 0) {
      return none;
    }
    int byCase = table.findCase(found, method, path, plan);
    return found == byCase ? rows[found] : both(rows[found], byCase < 0 ? none : rows[byCase]);
  }

  /** Where it is not known which of two a request is, the server may take it for either. */
  private ChargePlan both(ChargePlan one, ChargePlan other) {
    if (one == other) {
      return one;
    }
    if (one == denied || other == denied) {
      return denied;
    }
    return one.sizeWith(other) > MOST_CHARGES ? denied : one.and(other);
  }

  /**
   * Returns the method of the request that a browser announces by a preflight (CORS); null if the
   * request is none. A preflight takes nothing from the allowances of its client and its network,
   * or each request of a page would count twice.
   */
  private static @Nullable String announcedBy(RequestView request) {
    return request.method().equals(OPTIONS) && request.header("Origin") != null
        ? request.header("Access-Control-Request-Method")
        : null;
  }

  /** Returns whether it finds clients, and has rows and broad exemptions, as another one. */
  boolean isLike(RequestClassifier other) {
    return client.toString().equals(other.client.toString())
        && lists.allowed().broad().equals(other.lists.allowed().broad())
        && table.texts(List.of()).equals(other.table.texts(List.of()));
  }

  /**
   * Returns the policies whose keys may more than an address, while their requests are charged the
   * limit for each client as well.
   */
  List<Policy> cappedByAddress() {
    Limit client = engine.usualLimits().stream()
        .filter(limit -> limit.name().equals(HttpShieldBuilder.CLIENT) && !limit.isShadow())
        .findFirst()
        .orElse(null);
    if (client == null) {
      return List.of();
    }
    List<Policy> capped = new ArrayList<>();
    for (int scope = 0; scope < table.size(); scope++) {
      List<Policy> rows = table.of(scope);
      if (rows.stream().noneMatch(row -> row.key().kind() == Kind.ADDRESS)) {
        rows.stream().filter(row -> admitsMore(row, client)).forEach(capped::add);
      }
    }
    return capped;
  }

  private static boolean admitsMore(Policy row, Limit client) {
    return row.key().kind() != Kind.EVERYONE
        && !row.isSettled()
        && !row.limit().isShadow()
        && perSecond(row.limit()) / row.cost() > perSecond(client);
  }

  private static double perSecond(Limit limit) {
    return limit.limits().stream()
        .mapToDouble(rate -> rate.permits() * 1e9 / rate.period().toNanos())
        .min()
        .orElse(0);
  }

  /** Where the address of a client comes from. */
  ClientAddress client() {
    return client;
  }

  /** Whether there are rows for the route of a request, but none for the plan of its client. */
  boolean lacksPlan(RequestView request) {
    if (!namesPlans) {
      return false;
    }
    String path = Route.path(path(request));
    return table.find(request.method(), path, policies.planOf(request)) < 0
        && table.hasRoute(request.method(), path);
  }

  /** Whether a policy counts by the user that the server has authenticated. */
  boolean countsPrincipals() {
    return table.limiting().stream().anyMatch(row -> row.key().kind() == Kind.PRINCIPAL);
  }

  /** Whether functions of the application are asked, which may ask who the user is. */
  boolean asksTheApplication() {
    return namesPlans || table.limiting().stream().anyMatch(row -> row.key().kind() == Kind.OWN);
  }

  /** The clients that are told apart before all policies. */
  ClientLists lists() {
    return lists;
  }

  /** The policies. */
  PolicyTable policies() {
    return table;
  }
}
