package dev.flowshield.http;

import dev.flowshield.Criticality;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.Ticker;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.LimitSet;
import dev.flowshield.engine.Penalty;
import dev.flowshield.http.answer.CrossOrigin;
import dev.flowshield.http.answer.ResponseSettings;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.charge.CriticalityResolver;
import dev.flowshield.http.charge.PolicyFunctions;
import dev.flowshield.http.charge.RequestClassifier;
import dev.flowshield.http.client.ClientAddress;
import dev.flowshield.http.client.ClientLists;
import dev.flowshield.http.client.ClientNetwork;
import dev.flowshield.http.client.Networks;
import dev.flowshield.http.client.TrustedHeader;
import dev.flowshield.http.exchange.BodyFormat;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.LegacyHeaders;
import dev.flowshield.http.exchange.RejectionRenderer;
import dev.flowshield.http.exchange.RequestInterceptor;
import dev.flowshield.http.policy.PenaltyText;
import dev.flowshield.http.policy.PolicyTable;
import dev.flowshield.http.process.CollectedHeap;
import dev.flowshield.http.process.ProcessorTime;
import dev.flowshield.http.route.HealthPaths;
import dev.flowshield.http.stream.StreamCaps;
import dev.flowshield.http.watch.RequestStart;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a shield. Not thread-safe; may build several shields, each with allowances of its
 * own.
 */
public final class HttpShieldBuilder {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9.-]{0,31}");
  private static final int LEAST_STATUS = 400;
  private static final int MOST_STATUS = 599;

  private final List<Consumer<? super FlowShieldBuilder>> engine = new ArrayList<>();
  private final TreeSet<String> ofClient = new TreeSet<>(); // settings of the limit for each client
  private UnaryOperator<Limit> clientSettings = limit -> limit;
  private @Nullable List<RateLimit> everyone;
  private @Nullable List<RateLimit> perClient;
  private @Nullable ClientNetwork perNetwork;
  private int maxKeys = LimiterSpec.DEFAULT_MAX_KEYS; // of each limit for each client
  private String name = "default";
  private boolean isEnabled = true;
  private final List<RequestInterceptor> doors = new ArrayList<>();
  private final ClientAddressSettings address = new ClientAddressSettings();
  private final PolicySettings policies = new PolicySettings();
  private final StoreSettings store = new StoreSettings();
  private @Nullable String requestStart; // a header
  private ClientLists lists = ClientLists.NONE;
  private Ticker ticker = Ticker.system();
  private InstantSource instantSource = InstantSource.system();
  private boolean memoryGuard = true;
  private boolean shedOnPlateau;
  private StreamCaps streamCaps = StreamCaps.OFF;
  private HealthPaths healthPaths = HealthPaths.DEFAULT;
  private int overloadStatus = 503;
  private HeaderMode headers = HeaderMode.ON_REJECT;
  private LegacyHeaders legacyHeaders = LegacyHeaders.OFF;
  private BodyFormat body = BodyFormat.JSON;
  private CrossOrigin crossOrigin = CrossOrigin.NONE;
  private @Nullable RejectionRenderer renderer;
  private @Nullable Function<? super RequestView, @Nullable Criticality> criticality;
  private @Nullable String criticalityHeader;

  HttpShieldBuilder() {}

  /**
   * What all requests together may, as text: {@code 5000/s} or, for several rates that all hold,
   * {@code 5000/s, 100000/h}. See {@link RateLimit#parseAll(String)}.
   */
  public HttpShieldBuilder limit(String rates) {
    return limit(RateLimit.parseAll(rates));
  }

  /** What all requests together may. */
  public HttpShieldBuilder limit(RateLimit rate) {
    return limit(List.of(Objects.requireNonNull(rate, "limit")));
  }

  private HttpShieldBuilder limit(List<RateLimit> rates) {
    requireOnce("limit", everyone, rates);
    this.everyone = rates;
    return this;
  }

  /**
   * What each client address may, as text: {@code 100/s} or {@code 100/s, 5000/h}. As
   * {@link #limit(String)}.
   */
  public HttpShieldBuilder perClient(String rates) {
    return perClient(RateLimit.parseAll(rates));
  }

  /** What each client address may. */
  public HttpShieldBuilder perClient(RateLimit rate) {
    return perClient(List.of(Objects.requireNonNull(rate, "perClient")));
  }

  private HttpShieldBuilder perClient(List<RateLimit> rates) {
    requireOnce("perClient", perClient, rates);
    this.perClient = rates;
    return this;
  }

  /**
   * What all clients of an IPv6 network may together, as text with the length of its prefix behind:
   * {@code 800/s /48}, or {@code 800/s} for the same. A site has many /64 networks, each of them a
   * client to {@link #perClient(String)}; eight times what a client may is a good start. IPv4
   * clients are not charged to it.
   *
   * @throws IllegalArgumentException if the prefix is not 16 to 127
   */
  public HttpShieldBuilder perNetwork(String ratesAndPrefix) {
    this.perNetwork = ClientNetwork.parse(Objects.requireNonNull(ratesAndPrefix, "perNetwork"));
    ofClient.add("perNetwork"); // the layer around it
    return this;
  }

  /**
   * The proxies that this server stands behind, as networks with commas between, such as
   * {@code 10.0.0.0/8, 2001:db8::/32}, or as the sets {@code loopback} and {@code private}.
   * Requests from there are their clients' requests, by what the proxies write into
   * {@code X-Forwarded-For}, or as {@link #clientAddress(String)} says. No proxy is trusted unless
   * set.
   *
   * @throws IllegalArgumentException if one is neither a network nor the name of a set
   */
  public HttpShieldBuilder trustedProxies(String networks) {
    address.trustedProxies(networks);
    return this;
  }

  /**
   * Whether {@link #trustedProxies(String)} may hold networks below /8, or /16 for IPv6, as for a
   * server that none but its proxies can reach. Else such a network is taken for a mistake.
   */
  public HttpShieldBuilder allowBroadTrust(boolean allowed) {
    address.allowBroadTrust(allowed);
    return this;
  }

  /**
   * How many proxies stand in a row before this server, if their addresses are not known: the
   * client is that entry of the header, from the last. Only for a server that none can reach but
   * through all of them.
   *
   * @throws IllegalArgumentException if it is not 1 to 32
   */
  public HttpShieldBuilder trustedHops(int proxies) {
    address.trustedHops(proxies);
    return this;
  }

  /**
   * Where the address of a client is read: {@code peer}, the other end of the connection, which is
   * usual where no proxy is trusted; {@code x-forwarded-for}, usual where some are;
   * {@code forwarded} of RFC 7239; {@code header:<name>} for a header with one address, as in
   * {@code header:CF-Connecting-IP}; or {@code container}, the address that the server or a filter
   * before this one says, which has to know itself whom to trust.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public HttpShieldBuilder clientAddress(String source) {
    address.clientAddress(source);
    return this;
  }

  /**
   * How many bits of an IPv6 address stand for a client, 64 unless set.
   *
   * @throws IllegalArgumentException if it is not 32 to 128
   */
  public HttpShieldBuilder ipv6Prefix(int bits) {
    address.ipv6Prefix(bits);
    return this;
  }

  /**
   * The request header in which {@linkplain #trustedProxies trusted proxies} write when they passed
   * a request on, such as {@code X-Request-Start}; none unless set. A shield that
   * {@linkplain #inFlightAuto finds} its cap sees by it that requests wait for a thread before it
   * is asked. Only for a proxy that overwrites the header: else clients write times of their choice.
   *
   * @throws IllegalArgumentException if it cannot be the name of a header
   */
  public HttpShieldBuilder requestStart(String header) {
    this.requestStart = TrustedHeader.requireName(
        "requestStart", Objects.requireNonNull(header, "requestStart"), "X-Request-Start");
    return this;
  }

  private static void requireOnce(
      String setting, @Nullable List<RateLimit> before, List<RateLimit> rates) {
    if (before != null) {
      throw new IllegalArgumentException(setting + " must be set once, got " + before + " and "
          + rates + ": say both in one text, as in \"100/s, 5000/h\"");
    }
  }

  /**
   * One more limit that each request is charged, under a name of its own: all requests together, or
   * each client address. {@link Limit#shadow()} tries one without rejecting anything.
   *
   * @throws IllegalArgumentException if there is a limit of that name
   */
  public HttpShieldBuilder limit(Limit more) {
    Objects.requireNonNull(more, "limit");
    return engine(it -> it.limit(more));
  }

  /**
   * Policies: what clients may on a route, by their plan, a row in each line.
   *
   * <pre>{@code
   * GET   /search    free   10/s, 2000/h
   * GET   /search    *      100/s
   * POST  /login     *      20/min  on=status:401,403
   * POST  /login     *      5/min   key=account on=status:401,403
   * }</pre>
   *
   * <p>A row is {@code <method> <path> <plan> <limits>} and options. Rows are looked at from the
   * top: the first that a request fits decides, with all rows of the same method, path and plan.
   * They take the place of {@link #perClient(String)}, which is left for requests that fit none,
   * and stands beside rows that do not count by the address. May be called again for more rows;
   * empty lines and those that begin with {@code #} are left out.
   *
   * <p>{@code docs/policies.md} has all of it.
   *
   * @throws IllegalArgumentException if a row is not in that form, or not possible
   */
  public HttpShieldBuilder policies(String rows) {
    policies.add(rows);
    return this;
  }

  /**
   * Paths on which clients are not limited, such as {@code *.css} or {@code /assets/**}, before all
   * {@linkplain #policies(String) policies}; none unless set. What holds for all together holds for
   * them too. As rows with {@code off}.
   *
   * @throws IllegalArgumentException if a path is not in the form of a policy's path
   */
  public HttpShieldBuilder exemptPaths(String... paths) {
    policies.exempt(List.of(paths));
    return this;
  }

  /**
   * Clients that are not limited as clients, as networks with commas between, such as
   * {@code 10.0.0.0/8, loopback}; what holds for all together holds for them too. For networks that
   * none but your own can connect from. See {@link #deny(String)}.
   *
   * @throws IllegalArgumentException if one is neither a network nor the name of a set
   */
  public HttpShieldBuilder allow(String networks) {
    this.lists = lists.withAllowed(Networks.parse(Objects.requireNonNull(networks, "allow")));
    return this;
  }

  /**
   * Clients that are rejected with 403, whatever comes, as networks with commas between. They are
   * found by the client's address, as all limits are. Health paths are left alone all the same.
   *
   * @throws IllegalArgumentException if one is neither a network nor the name of a set
   */
  public HttpShieldBuilder deny(String networks) {
    this.lists = lists.withDenied(Networks.parse(Objects.requireNonNull(networks, "deny")));
    return this;
  }

  /**
   * What tells the plan of a request's client, for the rows of {@link #policies(String)}; null for
   * none, so that only rows for all plans fit. Where a row names a plan, it is called for each
   * request, on its thread, so it must be fast and must not block. It must rest on what the client
   * has proven, such as a user that is logged in; if it throws, the request fails.
   */
  public HttpShieldBuilder plan(Function<? super RequestView, @Nullable String> ofRequest) {
    policies.plan(ofRequest);
    return this;
  }

  /**
   * A key that policies may count by, as {@code key=<name>}, such as the account in a login. Where
   * it is null or empty, the request is counted by its client's address. Called and limited as
   * {@link #plan(Function)}. Policies by such a key leave {@link #perClient(String)} in force, as
   * clients may choose what the function reads.
   *
   * @throws IllegalArgumentException if the name is not lower-case letters, digits and dashes, or
   *     is taken
   */
  public HttpShieldBuilder key(
      String name, Function<? super RequestView, @Nullable String> ofRequest) {
    policies.key(name, ofRequest);
    return this;
  }

  /** The limiter that keeps the limit for each client. See {@link Limit#withLimiter(String)}. */
  public HttpShieldBuilder limiter(String name) {
    Objects.requireNonNull(name, "limiter");
    return setClient("limiter", limit -> limit.withLimiter(name));
  }

  /**
   * The address of the store in which all limits are kept, together with those of all other
   * instances of the service, such as {@code redis://localhost:6379}; none unless set. It is opened
   * with the shield and closed by {@link HttpShield#close()}.
   * Limits are known there by their names, so services that share a server need different
   * prefixes for their keys.
   *
   * <p>Needs a module that knows the address, such as {@code flowshield-redis}.
   */
  public HttpShieldBuilder store(String uri) {
    store.uri(uri);
    return this;
  }

  /** A store that the application has opened, and closes itself. As {@link #store(String)}. */
  public HttpShieldBuilder store(LimitStore opened) {
    store.own(opened);
    return this;
  }

  /**
   * How limits go on while the store does not answer, {@link StoreFailurePolicy#LOCAL} unless set; for
   * a store that is set by its address.
   */
  public HttpShieldBuilder onStoreFailure(StoreFailurePolicy chosen) {
    store.onFailure(Objects.requireNonNull(chosen, "onStoreFailure"));
    return this;
  }

  /** An option of a store that is set by its address, as its provider knows it. */
  HttpShieldBuilder storeOption(String option, String value) {
    store.option(option, value);
    return this;
  }

  StoreSettings storeSettings() {
    return store;
  }

  /**
   * How many clients to tell apart, in each limit that counts them, those of policies included;
   * 1,000,000 unless set. See {@link Limit#withMaxKeys(int)}.
   *
   * @throws IllegalArgumentException if it is not 1 to 100,000,000
   */
  public HttpShieldBuilder maxClients(int most) {
    if (most < 1 || most > LimiterSpec.MOST_KEYS) {
      throw new IllegalArgumentException("maxClients must be 1 to 100,000,000, got " + most
          + ": choose what memory allows, 24 bytes a client; those beyond share allowances");
    }
    maxKeys = most;
    return setClient("maxClients", limit -> limit.withMaxKeys(most));
  }

  /**
   * What becomes of clients that their limit rejects again and again. See
   * {@link Limit#withPenalty}.
   */
  public HttpShieldBuilder penalty(Penalty forBreaches) {
    Objects.requireNonNull(forBreaches, "penalty");
    return setClient("penalty", limit -> limit.withPenalty(forBreaches));
  }

  /**
   * As {@link #penalty(Penalty)}, as text: {@code 20/min} blocks a client that is rejected 20 times
   * within a minute, for 5 minutes at first and for a day at most; {@code 20/min:1h:7day} for an
   * hour at first and for a week at most.
   *
   * @throws IllegalArgumentException if it is not in that form
   */
  public HttpShieldBuilder penalty(String forBreaches) {
    return penalty(PenaltyText.parse(Objects.requireNonNull(forBreaches, "penalty")));
  }

  private HttpShieldBuilder setClient(String setting, UnaryOperator<Limit> change) {
    ofClient.add(setting);
    UnaryOperator<Limit> before = clientSettings;
    this.clientSettings = limit -> change.apply(before.apply(limit));
    return this;
  }

  /**
   * The most requests in flight, of all clients together; no cap unless set.
   *
   * @throws IllegalArgumentException if it is not 1 to 1,000,000
   */
  public HttpShieldBuilder inFlight(int most) {
    FlowShield.builder().inFlight(most); // knows the range
    return engine(it -> it.inFlight(most));
  }

  /**
   * Caps the requests in flight at what the server can work at, which the shield finds by itself
   * and follows: see {@link FlowShieldBuilder#inFlightAuto}. In place of a number.
   *
   * <p>It sees how busy the processors are where the process has the module {@code jdk.management},
   * unless {@link #engine(Consumer)} says otherwise, by {@link FlowShieldBuilder#processors}. It
   * tells requests apart by the rows of {@link #policies(String)}, by the method and by the first
   * two segments of the path, in {@link LimitSet#onRoute some sixty} routes.
   */
  public HttpShieldBuilder inFlightAuto() {
    return engine(FlowShieldBuilder::inFlightAuto);
  }

  /**
   * Whether a shield that {@linkplain #inFlightAuto finds} its cap by itself admits far less where
   * memory is short, see {@link FlowShieldBuilder#memory}; it does unless set. It sees nothing
   * where the process is without the module {@code java.management}, and little with ZGC.
   */
  public HttpShieldBuilder memoryGuard(boolean guarded) {
    this.memoryGuard = guarded;
    return this;
  }

  /**
   * Has a shield that {@linkplain #inFlightAuto finds} its cap by itself reject requests also where
   * the processors are not busy, but more in flight brings no more throughput, see {@link
   * FlowShieldBuilder#shedOnPlateau}. Off unless set. No effect on a cap that is a number.
   */
  public HttpShieldBuilder shedOnPlateau(boolean sheds) {
    this.shedOnPlateau = sheds;
    return this;
  }

  /**
   * How much a request means, as only the application knows: where the server cannot do all, what
   * means less is shed first, see {@link #inFlightAuto}. It counts before {@link #criticalityHeader}
   * and before what a policy says by {@code class=}.
   *
   * @param ofRequest its criticality; null where it has nothing to say. Called for each request
   *     that is charged, so it must be quick and must not wait
   */
  public HttpShieldBuilder criticality(
      Function<? super RequestView, @Nullable Criticality> ofRequest) {
    this.criticality = Objects.requireNonNull(ofRequest, "criticality");
    return this;
  }

  /**
   * The header in which a {@linkplain #trustedProxies trusted proxy} says how much a request means:
   * {@code critical}, {@code default} or {@code sheddable}. From all others it is not believed; the
   * proxy must write or remove it in each request. None unless set.
   *
   * @throws IllegalArgumentException if it is not the name of a header
   */
  public HttpShieldBuilder criticalityHeader(String name) {
    this.criticalityHeader = TrustedHeader.requireName(
        "criticalityHeader", Objects.requireNonNull(name, "criticalityHeader"), "X-Criticality");
    return this;
  }

  /**
   * The most open streams of all clients together: event streams, web sockets, and what the
   * application says is one. No cap unless set. A request that announces a stream beyond it is
   * rejected as by a full server; a stream that was not announced stays in flight instead.
   *
   * @throws IllegalArgumentException if it is not 1 to 10,000,000
   */
  public HttpShieldBuilder streams(int most) {
    this.streamCaps = streamCaps.withTogether(most);
    return this;
  }

  /**
   * The most open streams of each client, by its address as in {@link #perClient(String)}; no cap
   * unless set. A request that announces a stream beyond it is rejected with 429. Else as
   * {@link #streams(int)}.
   *
   * @throws IllegalArgumentException if it is not 1 to 10,000,000
   */
  public HttpShieldBuilder streamsPerClient(int most) {
    this.streamCaps = streamCaps.withEach(most);
    return this;
  }

  /**
   * All other settings of the {@linkplain HttpShield#engine() engine}, as in {@code engine(it ->
   * it.onRejection(listener).showKeys())}.
   */
  public HttpShieldBuilder engine(Consumer<? super FlowShieldBuilder> settings) {
    engine.add(Objects.requireNonNull(settings, "settings"));
    return this;
  }

  /**
   * The paths to leave alone in place of the usual ones: {@code /healthz} is that path,
   * {@code /actuator/health/**} that path and all below it; none at all leaves nothing alone. Usual
   * are {@code /health}, {@code /healthz}, {@code /livez}, {@code /readyz}, {@code /health/live},
   * {@code /health/ready} and {@code /actuator/health/**}. A request for one is neither counted nor
   * rejected, so what answers there has to be cheap.
   *
   * @throws IllegalArgumentException if a path is not in that form
   */
  public HttpShieldBuilder healthPaths(String... paths) {
    this.healthPaths = new HealthPaths(List.of(paths));
    return this;
  }

  /**
   * The status of the answer when the server is full, 503 unless set. Some servers close the
   * connection after a 503; with 429 they do not.
   *
   * @throws IllegalArgumentException if it is not 400 to 599
   */
  public HttpShieldBuilder overloadStatus(int status) {
    if (status < LEAST_STATUS || status > MOST_STATUS) {
      throw new IllegalArgumentException("overloadStatus must be 400 to 599, got " + status
          + ": choose 503, or 429 to keep connections open");
    }
    this.overloadStatus = status;
    return this;
  }

  /**
   * When answers have the headers {@code RateLimit-Policy} and {@code RateLimit}, which tell of the
   * limits for each client; {@link HeaderMode#ON_REJECT} unless set.
   */
  public HttpShieldBuilder headers(HeaderMode when) {
    this.headers = Objects.requireNonNull(when, "headers");
    return this;
  }

  /** Which of the headers {@code X-RateLimit-…} rejections have; none unless set. */
  public HttpShieldBuilder legacyHeaders(LegacyHeaders which) {
    this.legacyHeaders = Objects.requireNonNull(which, "legacyHeaders");
    return this;
  }

  /** The body of a rejection unless the client asks for another; JSON unless set. */
  public HttpShieldBuilder body(BodyFormat usual) {
    this.body = Objects.requireNonNull(usual, "body");
    return this;
  }

  /**
   * The origins whose web pages may read rejections (CORS), such as
   * {@code https://app.example.com}; none unless set. Not needed where a filter for CORS stands in
   * front of the shield.
   *
   * @throws IllegalArgumentException if one is not an exact origin; {@code *} is none
   */
  public HttpShieldBuilder corsOrigins(String... origins) {
    this.crossOrigin = new CrossOrigin(List.of(origins));
    return this;
  }

  /** What gives rejections the words and the form of the application; nothing unless set. */
  public HttpShieldBuilder renderer(RejectionRenderer ofRejections) {
    this.renderer = Objects.requireNonNull(ofRejections, "renderer");
    return this;
  }

  /**
   * What answers some requests in place of the application, before all else; several are asked in
   * turn.
   */
  public HttpShieldBuilder door(RequestInterceptor more) {
    doors.add(Objects.requireNonNull(more, "door"));
    return this;
  }

  /**
   * Takes settings as text, by their names in a configuration, such as {@code per-client} to
   * {@code 100/s}: those given and no others, not even defaults. For frameworks that have a
   * configuration of their own. What is set before, and not given, stays.
   *
   * @throws IllegalArgumentException if a setting is not known or not possible
   */
  public HttpShieldBuilder settings(Map<String, String> byName) {
    Objects.requireNonNull(byName, "settings must be a map, got null: leave them out");
    new Configuration(Settings.of(byName)).applyTo(this);
    return this;
  }

  /**
   * The name of this shield for its operators, where an application has several;
   * {@code default} unless set.
   *
   * @throws IllegalArgumentException if it is not 1 to 32 lower-case letters, digits, dots and
   *     dashes, beginning with a letter
   */
  public HttpShieldBuilder name(String ofShield) {
    if (!NAME.matcher(Objects.requireNonNull(ofShield, "name")).matches()) {
      throw new IllegalArgumentException("name must be 1 to 32 lower-case letters, digits, dots and"
          + " dashes, got '" + ofShield + "': choose a short one, as in 'api'");
    }
    this.name = ofShield;
    return this;
  }

  /**
   * Sets whether the shield does anything; true unless set. If it does not, all requests pass:
   * nothing is limited, counted or denied, no {@link #door} is asked, and the
   * {@linkplain #store(String) store} is not opened. The other settings are checked.
   *
   * <p>For tests and for development, where one machine sends all requests. {@link
   * HttpShield#engine()} still limits work that the application gives to it directly.
   */
  public HttpShieldBuilder enabled(boolean enabled) {
    this.isEnabled = enabled;
    return this;
  }

  /** Where to read the time; for tests. */
  public HttpShieldBuilder ticker(Ticker source) {
    this.ticker = Objects.requireNonNull(source, "ticker");
    return this;
  }

  /**
   * Where to read the wall clock: as the shield is built, for limits that follow the calendar, and
   * for {@link LegacyHeaders#EPOCH}; for tests.
   */
  public HttpShieldBuilder instantSource(InstantSource source) {
    this.instantSource = Objects.requireNonNull(source, "instantSource");
    return this;
  }

  /**
   * Builds the shield, and logs in one line what is active.
   *
   * @throws IllegalStateException if nothing is limited, or settings do not fit together
   * @throws IllegalArgumentException if a limit is outside the range of its limiter, or no limiter
   *     has the name
   */
  public HttpShield build() {
    return new HttpShield(blueprint());
  }

  /** The parts of the shield. As {@link #build()}. */
  Blueprint blueprint() {
    PolicySettings rows = policies.copy(store.hash());
    PolicyTable table = rows.table();
    requireLimit(table);
    ClientAddress client = address.build();
    FlowShieldBuilder limits = FlowShield.builder().ticker(ticker).instantSource(instantSource);
    LimitStore ofLimits = store.store(isEnabled);
    if (ofLimits != null) {
      limits.store(ofLimits);
    }
    if (everyone != null) {
      limits.limit(Limit.together(Limit.EVERYONE, everyone));
    }
    if (perClient != null) {
      limits.limit(clientSettings.apply(Limit.each(RequestClassifier.CLIENT, perClient)));
    }
    if (perNetwork != null) {
      limits.named(network(perNetwork, client));
    }
    table.limiting().forEach(policy -> limits.named(bounded(policy.limit(ofLimits))));
    if (memoryGuard) {
      CollectedHeap.tell(limits);
    }
    ProcessorTime.tell(limits);
    if (shedOnPlateau) {
      limits.shedOnPlateau();
    }
    engine.forEach(settings -> settings.accept(limits));
    FlowShield built = limits.build();
    int networkPrefix = perNetwork == null ? 0 : perNetwork.prefix();
    return new Blueprint(
        name,
        isEnabled,
        built,
        List.copyOf(doors),
        new RequestClassifier(
            client,
            lists,
            networkPrefix,
            table,
            new PolicyFunctions(rows::planOf, rows.keys(), rows.hash()),
            meaning(client),
            built),
        healthPaths,
        streamCaps,
        new ResponseSettings(
            overloadStatus, headers, legacyHeaders, body, crossOrigin, renderer, instantSource),
        start(client),
        store.opened());
  }

  private CriticalityResolver meaning(ClientAddress client) {
    return new CriticalityResolver(
        criticality, TrustedHeader.of("criticalityHeader", criticalityHeader, client.proxies()));
  }

  private @Nullable RequestStart start(ClientAddress client) {
    TrustedHeader header = TrustedHeader.of("requestStart", requestStart, client.proxies());
    return header == null ? null : new RequestStart(header, instantSource);
  }

  private Limit bounded(Limit ofPolicy) {
    return ofPolicy.scope() == Limit.Scope.EACH ? ofPolicy.withMaxKeys(maxKeys) : ofPolicy;
  }

  private void requireLimit(PolicyTable table) {
    boolean hasRows = table.size() > 0;
    if (everyone == null && perClient == null && engine.isEmpty() && !hasRows) {
      throw new IllegalStateException(
          "a shield must have at least one of limit, perClient and inFlight, got none: set one, as in"
              + " perClient(\"100/s\")");
    }
    if (perClient == null && !ofClient.isEmpty()) {
      throw new IllegalStateException("perClient must be set where its settings are, got "
          + ofClient + " alone: set it, as in perClient(\"100/s\"), or leave them out");
    }
    if (everyone == null && perClient == null && hasRows && !table.isForAll()) {
      throw new IllegalStateException(
          "perClient must be set where policies are, for the requests that"
              + " fit none of them, got none: set it, as in perClient(\"100/s\"), or end with the policy"
              + " \"* /** * 100/s\"");
    }
  }

  private static Limit network(ClientNetwork network, ClientAddress client) {
    if (network.prefix() >= client.ipv6Prefix()) {
      throw new IllegalStateException("perNetwork must have a shorter prefix than ipv6Prefix, got /"
          + network.prefix() + " around clients by /" + client.ipv6Prefix()
          + ": choose a wider network, as in \"800/s /48\"");
    }
    return network.limit();
  }
}
