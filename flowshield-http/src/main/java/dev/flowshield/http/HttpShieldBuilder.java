package dev.flowshield.http;

import dev.flowshield.Criticality;
import dev.flowshield.LimitStore;
import dev.flowshield.RateLimit;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.Ticker;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.LimitSet;
import dev.flowshield.engine.Penalty;
import dev.flowshield.http.answer.CrossOrigin;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.exchange.BodyFormat;
import dev.flowshield.http.exchange.ConsoleAccess;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.LegacyHeaders;
import dev.flowshield.http.exchange.RejectionRenderer;
import dev.flowshield.http.exchange.RequestInterceptor;
import dev.flowshield.http.policy.PolicyKey;
import dev.flowshield.http.route.HealthPaths;
import dev.flowshield.http.settings.Configuration;
import dev.flowshield.http.settings.PolicyRows;
import dev.flowshield.http.settings.SettingKey;
import dev.flowshield.http.settings.SettingKeys;
import dev.flowshield.http.settings.Settings;
import dev.flowshield.http.settings.ShieldSettings;
import dev.flowshield.http.settings.Spelling;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a shield, in groups by their topics.
 *
 * <pre>{@code
 * HttpShield.builder()
 *     .perClient("100/s, 5000/h")
 *     .inFlight(InFlightLimit.auto())
 *     .clients(c -> c.trustedProxies("10.0.0.0/8"))
 *     .responses(r -> r.headers(HeaderMode.ALWAYS).body(BodyFormat.PROBLEM))
 *     .build();
 * }</pre>
 *
 * <p>A setting that is set twice has the later value, unless its method says otherwise. Not
 * thread-safe. May build several shields, each with allowances of its own.
 */
public final class HttpShieldBuilder {

  private ShieldSettings settings = ShieldSettings.NONE;

  HttpShieldBuilder() {}

  /** Returns the values that were set so far. */
  ShieldSettings settings() {
    return settings;
  }

  private <T> void set(SettingKey<T> key, T value) {
    String name = key.inCode();
    Objects.requireNonNull(value, name);
    if (key.isText()) {
      key.type().require(name, value);
    }
    this.settings = settings.with(key, name, value);
  }

  private <T> void read(SettingKey<T> key, String text) {
    set(key, key.type().read(key.inCode(), text));
  }

  private <T> HttpShieldBuilder group(Consumer<? super T> chosen, T group, String name) {
    Objects.requireNonNull(chosen, name).accept(group);
    return this;
  }

  /**
   * Limits all requests together. The text is a rate such as {@code 5000/s}, or several that all
   * hold, such as {@code 5000/s, 100000/h}: see {@link RateLimit#parseAll(String)}. No limit unless
   * set.
   *
   * @throws IllegalArgumentException if the text is no rate, or the limit was set before
   */
  public HttpShieldBuilder limit(String rates) {
    read(SettingKeys.LIMIT, rates);
    return this;
  }

  /** Limits all requests together. As {@link #limit(String)}. */
  public HttpShieldBuilder limit(RateLimit rate) {
    set(SettingKeys.LIMIT, List.of(Objects.requireNonNull(rate, "limit")));
    return this;
  }

  /**
   * Adds a limit that each request is charged, under a name of its own: for all requests together,
   * or for each client address. {@link Limit#shadow()} tries a limit without rejecting anything.
   * The shield is not built if it has two limits of one name.
   */
  public HttpShieldBuilder limit(Limit more) {
    set(SettingKeys.MORE_LIMITS, List.of(Objects.requireNonNull(more, "limit")));
    return this;
  }

  /**
   * Limits each client address, as in {@code 100/s} or {@code 100/s, 5000/h}. No limit unless set.
   *
   * @throws IllegalArgumentException if the text is no rate, or the limit was set before
   */
  public HttpShieldBuilder perClient(String rates) {
    read(SettingKeys.PER_CLIENT, rates);
    return this;
  }

  /** Limits each client address. As {@link #perClient(String)}. */
  public HttpShieldBuilder perClient(RateLimit rate) {
    set(SettingKeys.PER_CLIENT, List.of(Objects.requireNonNull(rate, "perClient")));
    return this;
  }

  /**
   * Caps the requests in flight, of all clients together. No cap unless set.
   *
   * <p>{@link InFlightLimit#auto()} is the cap that the shield finds by itself and follows: see
   * {@link InFlightLimit#auto}. It sees how busy the processors are if the process has
   * the module {@code jdk.management}, unless {@link Operations#engine} sets
   * {@link FlowShieldBuilder#processors}. It tells requests apart by the rows of
   * {@link #policies(String)}, by the method and by the first two segments of the path, in
   * {@link LimitSet#onRoute some sixty} routes.
   */
  public HttpShieldBuilder inFlight(InFlightLimit limit) {
    set(SettingKeys.IN_FLIGHT, limit);
    return this;
  }

  /**
   * Caps the requests in flight at a number: {@link InFlightLimit#of}.
   *
   * @throws IllegalArgumentException if the number is not 1 to 1,000,000
   */
  public HttpShieldBuilder inFlight(int most) {
    return inFlight(InFlightLimit.of(most));
  }

  /**
   * Adds policies: the limits of clients on a route, by their plan, a row in each line.
   *
   * <pre>{@code
   * GET   /search    free   10/s, 2000/h
   * GET   /search    *      100/s
   * POST  /login     *      20/min  on=status:401,403
   * POST  /login     *      5/min   key=account on=status:401,403
   * }</pre>
   *
   * <p>A row is {@code <method> <path> <plan> <limits>} and options. Rows are compared with a
   * request from the top. The first that fits decides, with all rows of the same method, path and
   * plan. They replace {@link #perClient(String)}, which remains for requests that fit no row, and
   * beside rows that do not count by the address. Empty lines and those that begin with {@code #}
   * are left out. Another call adds more rows.
   *
   * <p>{@code docs/policies.md} has all of it.
   *
   * @throws IllegalArgumentException if a row is not in that form, or not possible
   */
  public HttpShieldBuilder policies(String rows) {
    read(SettingKeys.POLICY, rows);
    return this;
  }

  /** Sets the rest of the limit for each client. */
  public HttpShieldBuilder limits(Consumer<? super Limits> chosen) {
    return group(chosen, new Limits(), "limits");
  }

  /** Sets how clients are told apart, and which of them are allowed or denied. */
  public HttpShieldBuilder clients(Consumer<? super Clients> chosen) {
    return group(chosen, new Clients(), "clients");
  }

  /** Sets the functions that {@link #policies(String)} call, and the paths before all of them. */
  public HttpShieldBuilder policies(Consumer<? super Policies> chosen) {
    return group(chosen, new Policies(), "policies");
  }

  /** Sets which requests are rejected first under overload, and on which evidence. */
  public HttpShieldBuilder overload(Consumer<? super Overload> chosen) {
    return group(chosen, new Overload(), "overload");
  }

  /** Caps the open streams: event streams, web sockets and the like. */
  public HttpShieldBuilder streams(Consumer<? super Streams> chosen) {
    return group(chosen, new Streams(), "streams");
  }

  /** Sets the store in which all instances of a service keep their limits. */
  public HttpShieldBuilder store(Consumer<? super Store> chosen) {
    return group(chosen, new Store(), "store");
  }

  /** Sets how the shield responds to requests. */
  public HttpShieldBuilder responses(Consumer<? super ResponseOptions> chosen) {
    return group(chosen, new ResponseOptions(), "responses");
  }

  /** Sets options for operators and tests. */
  public HttpShieldBuilder operations(Consumer<? super Operations> chosen) {
    return group(chosen, new Operations(), "operations");
  }

  /**
   * Takes settings as text, by their names in a configuration, such as {@code per-client} to
   * {@code 100/s}. No defaults are added. Settings that are not given stay as they are. A text
   * replaces the value that was set before, and {@code off} removes it; rows of policies are added.
   * For frameworks that have a configuration of their own.
   *
   * @throws IllegalArgumentException if a setting is not known or not possible
   */
  public HttpShieldBuilder settings(Map<String, String> byName) {
    Objects.requireNonNull(byName, "settings must be a map, got null: leave them out");
    this.settings =
        new Configuration(Settings.of(byName), "FlowShield cannot start").read(settings);
    return this;
  }

  /**
   * Builds the shield, and logs the active settings in one line.
   *
   * @throws IllegalStateException if nothing is limited, or settings do not fit together
   * @throws IllegalArgumentException if a limit is outside the range of its limiter, or no limiter
   *     has the name
   */
  public HttpShield build() {
    return HttpShield.of(settings, Spelling.CODE);
  }

  /** The rest of the limit for each client: see {@link #limits}. */
  public final class Limits {

    private Limits() {}

    /**
     * Limits all clients of an IPv6 network together. The text has the length of its prefix behind
     * the rates, as in {@code 800/s /48}; without it, the prefix is /48. A site has many /64
     * networks, each of them a client to {@link #perClient(String)}: eight times the limit of a
     * client is a good start. IPv4 clients are not charged to this limit. No limit unless set.
     *
     * @throws IllegalArgumentException if the prefix is not 16 to 127
     */
    public Limits perNetwork(String ratesAndPrefix) {
      read(SettingKeys.PER_NETWORK, ratesAndPrefix);
      return this;
    }

    /** Chooses the limiter of the limit for each client: see {@link Limit#withLimiter(String)}. */
    public Limits limiter(String name) {
      set(SettingKeys.LIMITER, name);
      return this;
    }

    /**
     * Sets how many clients each limit for clients tells apart, those of policies included;
     * 1,000,000 unless set. See {@link Limit#withMaxKeys(int)}.
     *
     * @throws IllegalArgumentException if the number is not 1 to 100,000,000
     */
    public Limits maxClients(int most) {
      set(SettingKeys.MAX_CLIENTS, most);
      return this;
    }

    /**
     * Blocks clients that their limit rejects again and again: see {@link Limit#withPenalty}. None
     * unless set.
     */
    public Limits penalty(Penalty forBreaches) {
      set(SettingKeys.PENALTY, forBreaches);
      return this;
    }

    /**
     * Blocks clients that their limit rejects again and again. The text {@code 20/min} blocks a
     * client that is rejected 20 times within a minute, for 5 minutes at first and for a day at
     * most; {@code 20/min:1h:7day} blocks for an hour at first and for a week at most.
     *
     * @throws IllegalArgumentException if the text is not in that form
     */
    public Limits penalty(String forBreaches) {
      read(SettingKeys.PENALTY, forBreaches);
      return this;
    }
  }

  /** Options to tell clients apart: see {@link #clients}. */
  public final class Clients {

    private Clients() {}

    /**
     * Trusts proxies, by their networks with commas between, such as
     * {@code 10.0.0.0/8, 2001:db8::/32}, or by the sets {@code loopback} and {@code private}. A
     * request from there is a request of the client that the proxies name in
     * {@code X-Forwarded-For}, or in the place that {@link #clientAddress(String)} names. No proxy
     * is trusted unless set.
     *
     * @throws IllegalArgumentException if one is neither a network nor the name of a set
     */
    public Clients trustedProxies(String networks) {
      read(SettingKeys.TRUSTED_PROXIES, networks);
      return this;
    }

    /**
     * Sets whether {@link #trustedProxies(String)} may hold networks below /8, or below /16 for
     * IPv6; false unless set, because such a network is most likely a mistake. For a server that
     * only its proxies can reach.
     */
    public Clients allowBroadTrust(boolean allowed) {
      set(SettingKeys.ALLOW_BROAD_TRUST, allowed);
      return this;
    }

    /**
     * Trusts a number of proxies in a row before this server, if their addresses are not known: the
     * client is that entry of the header, from the last. Only for a server that nobody can reach
     * except through all of them.
     *
     * @throws IllegalArgumentException if the number is not 1 to 32
     */
    public Clients trustedHops(int proxies) {
      set(SettingKeys.TRUSTED_HOPS, proxies);
      return this;
    }

    /**
     * Sets the source of a client's address:
     *
     * <ul>
     *   <li>{@code peer}: the other end of the connection; the default if no proxy is trusted
     *   <li>{@code x-forwarded-for}: the default if proxies are trusted
     *   <li>{@code forwarded}: the header of RFC 7239
     *   <li>{@code header:<name>}: a header with one address, as in {@code header:CF-Connecting-IP}
     *   <li>{@code container}: the address that the server states, or a filter before this one,
     *       which has to know itself whom to trust
     * </ul>
     *
     * @throws IllegalArgumentException if the source is not one of these
     */
    public Clients clientAddress(String source) {
      read(SettingKeys.CLIENT_ADDRESS, source);
      return this;
    }

    /**
     * Sets how many bits of an IPv6 address identify a client; 64 unless set.
     *
     * @throws IllegalArgumentException if the number is not 32 to 128
     */
    public Clients ipv6Prefix(int bits) {
      set(SettingKeys.IPV6_PREFIX, bits);
      return this;
    }

    /**
     * Names the request header in which {@linkplain #trustedProxies trusted proxies} write when
     * they passed a request on, such as {@code X-Request-Start}; none unless set. By it, a shield
     * that finds its {@linkplain InFlightLimit#auto() cap} sees that requests wait for a thread
     * before it is called. Only for a proxy that overwrites the header, or clients could write
     * times of their choice.
     *
     * @throws IllegalArgumentException if the text cannot be the name of a header
     */
    public Clients requestStart(String header) {
      read(SettingKeys.REQUEST_START, header);
      return this;
    }

    /**
     * Allows clients, as networks with commas between, such as {@code 10.0.0.0/8, loopback}: they
     * are not limited as clients, only by the limits for all together. For networks that only your
     * own machines can connect from. See {@link #deny(String)}.
     *
     * @throws IllegalArgumentException if one is neither a network nor the name of a set
     */
    public Clients allow(String networks) {
      read(SettingKeys.ALLOW, networks);
      return this;
    }

    /**
     * Denies clients, as networks with commas between: their requests are rejected with 403, except
     * those for health paths. A client that is allowed too is denied.
     *
     * @throws IllegalArgumentException if one is neither a network nor the name of a set
     */
    public Clients deny(String networks) {
      read(SettingKeys.DENY, networks);
      return this;
    }
  }

  /** The surroundings of policies: see {@link #policies(Consumer)}. */
  public final class Policies {

    private Policies() {}

    /**
     * Exempts paths, such as {@code *.css} or {@code /assets/**}, before all policies: clients are
     * not limited there, only by the limits for all together. As rows with {@code off}. None unless
     * set.
     *
     * @throws IllegalArgumentException if a path is not in the form of a policy's path
     */
    public Policies exemptPaths(String... paths) {
      set(SettingKeys.EXEMPT_PATHS, PolicyRows.exempt(List.of(paths)));
      return this;
    }

    /**
     * Sets the function that returns the plan of a request's client; null for a client without a
     * plan, which only rows for all plans fit. If a row names a plan, the function is called for
     * each request, on its thread, so it must be fast and must not block. It must rely on proof,
     * such as a user that is logged in. If it throws, the request fails.
     */
    public Policies plan(Function<? super RequestView, @Nullable String> ofRequest) {
      set(SettingKeys.PLAN, ofRequest);
      return this;
    }

    /**
     * Adds a key that policies may count by, as {@code key=<name>}, such as the account in a login.
     * If the function returns null or an empty text, the request is counted by its client's
     * address. The function is called as that of {@link #plan(Function)}. Policies by such a key
     * leave {@link #perClient(String)} in force, because clients may choose the text that the
     * function reads.
     *
     * @throws IllegalArgumentException if the name is not lower-case letters, digits and dashes, or
     *     is taken
     */
    public Policies key(String name, Function<? super RequestView, @Nullable String> ofRequest) {
      Objects.requireNonNull(ofRequest, "key");
      PolicyKey.requireOwn(Objects.requireNonNull(name, "name"));
      set(SettingKeys.KEYS, Map.of(name, ofRequest));
      return this;
    }
  }

  /** Options under overload: see {@link #overload}. */
  public final class Overload {

    private Overload() {}

    /**
     * Sets whether a shield that finds its {@linkplain InFlightLimit#auto() cap} admits far less
     * while memory is short, see {@link FlowShieldBuilder#memory}; true unless set. Has no effect
     * without the module {@code java.management}, and little with ZGC.
     */
    public Overload memoryGuard(boolean guarded) {
      set(SettingKeys.MEMORY_GUARD, guarded);
      return this;
    }

    /**
     * Sets whether a shield that finds its {@linkplain InFlightLimit#auto() cap} also rejects
     * requests while the processors are not busy, but more in flight brings no more throughput, see
     * {@link FlowShieldBuilder#shedOnPlateau}; false unless set.
     */
    public Overload shedOnPlateau(boolean sheds) {
      set(SettingKeys.SHED_ON_PLATEAU, sheds);
      return this;
    }

    /**
     * Sets the function that returns the criticality of a request; null if it has nothing to say.
     * Under overload, less critical requests are rejected first. The function counts before
     * {@link #criticalityHeader} and before {@code class=} in a policy. It is called for each
     * request that is charged, so it must be fast and must not block.
     */
    public Overload criticality(Function<? super RequestView, @Nullable Criticality> ofRequest) {
      set(SettingKeys.CRITICALITY, ofRequest);
      return this;
    }

    /**
     * Names the header in which a {@linkplain Clients#trustedProxies trusted proxy} states how
     * critical a request is: {@code critical}, {@code default} or {@code sheddable}. Headers of
     * other peers are ignored. The proxy must write or remove the header in each request. None
     * unless set.
     *
     * @throws IllegalArgumentException if the text is not the name of a header
     */
    public Overload criticalityHeader(String name) {
      read(SettingKeys.CRITICALITY_HEADER, name);
      return this;
    }
  }

  /** Caps on open streams: see {@link HttpShieldBuilder#streams}. */
  public final class Streams {

    private Streams() {}

    /**
     * Caps the open streams of all clients together. No cap unless set. A request that announces a
     * stream beyond the cap is rejected as by a full server; a stream that was not announced stays
     * in flight instead.
     *
     * @throws IllegalArgumentException if the number is not 1 to 10,000,000
     */
    public Streams most(int streams) {
      set(SettingKeys.STREAMS, streams);
      return this;
    }

    /**
     * Caps the open streams of each client, by its address as in {@link #perClient(String)}. No cap
     * unless set. A request that announces a stream beyond the cap is rejected with 429; otherwise
     * as {@link #most}.
     *
     * @throws IllegalArgumentException if the number is not 1 to 10,000,000
     */
    public Streams mostPerClient(int streams) {
      set(SettingKeys.STREAMS_PER_CLIENT, streams);
      return this;
    }
  }

  /** The store of all limits: see {@link HttpShieldBuilder#store}. */
  public final class Store {

    private Store() {}

    /**
     * Keeps all limits in the store at an address, such as {@code redis://localhost:6379}, together
     * with all other instances of the service. The store is opened with the shield and closed by
     * {@link HttpShield#close()}. Limits are known there by their names, so services that share a
     * server need different prefixes for their keys.
     *
     * <p>Needs a module that knows the address, such as {@code flowshield-redis}.
     *
     * @throws IllegalArgumentException if the shield has an {@linkplain #opened opened} store
     */
    public Store uri(String address) {
      Objects.requireNonNull(address, "store");
      set(SettingKeys.STORE, address);
      return this;
    }

    /**
     * Keeps all limits in a store that the application has opened, and closes itself. As
     * {@link #uri}.
     *
     * @throws IllegalArgumentException if the shield has a store by its address
     */
    public Store opened(LimitStore store) {
      set(SettingKeys.OPEN_STORE, store);
      return this;
    }

    /**
     * Sets how limits go on while the store does not answer; {@link StoreFailurePolicy#LOCAL}
     * unless set. For a store that is set by its address.
     */
    public Store onFailure(StoreFailurePolicy chosen) {
      Objects.requireNonNull(chosen, "onStoreFailure");
      set(SettingKeys.ON_STORE_FAILURE, chosen.toString());
      return this;
    }
  }

  /** Options of responses: see {@link #responses}. */
  public final class ResponseOptions {

    private ResponseOptions() {}

    /**
     * Sets the status of the response when the server is full; 503 unless set. Some servers close
     * the connection after a 503; with 429 they do not.
     *
     * @throws IllegalArgumentException if the status is not 400 to 599
     */
    public ResponseOptions overloadStatus(int status) {
      set(SettingKeys.OVERLOAD_STATUS, status);
      return this;
    }

    /**
     * Sets which responses have the headers {@code RateLimit-Policy} and {@code RateLimit}, which
     * state the limits for each client; {@link HeaderMode#ON_REJECT} unless set.
     */
    public ResponseOptions headers(HeaderMode when) {
      set(SettingKeys.HEADERS, when);
      return this;
    }

    /** Sets which of the headers {@code X-RateLimit-…} rejections have; none unless set. */
    public ResponseOptions legacyHeaders(LegacyHeaders which) {
      set(SettingKeys.LEGACY_HEADERS, which);
      return this;
    }

    /** Sets the body of a rejection unless the client asks for another; JSON unless set. */
    public ResponseOptions body(BodyFormat usual) {
      set(SettingKeys.BODY, usual);
      return this;
    }

    /**
     * Lists the origins whose web pages may read rejections (CORS), such as
     * {@code https://app.example.com}; none unless set. Not needed if a filter for CORS comes
     * before the shield.
     *
     * @throws IllegalArgumentException if one is not an exact origin; {@code *} is not
     */
    public ResponseOptions corsOrigins(String... origins) {
      set(
          SettingKeys.CORS_ORIGINS,
          new CrossOrigin(SettingKeys.CORS_ORIGINS.inCode(), List.of(origins)));
      return this;
    }

    /** Sets a renderer, which gives rejections the words and the form of the application. */
    public ResponseOptions renderer(RejectionRenderer ofRejections) {
      set(SettingKeys.RENDERER, ofRejections);
      return this;
    }

    /**
     * Adds an interceptor, which responds to some requests in place of the application, before all
     * else. Several interceptors are called in turn.
     */
    public ResponseOptions interceptor(RequestInterceptor more) {
      set(SettingKeys.INTERCEPTORS, List.of(Objects.requireNonNull(more, "interceptor")));
      return this;
    }
  }

  /** Options for operators and tests: see {@link #operations}. */
  public final class Operations {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9.-]{0,31}");

    private Operations() {}

    /**
     * Names this shield for its operators, if an application has several; {@code default} unless
     * set.
     *
     * @throws IllegalArgumentException if the name is not 1 to 32 lower-case letters, digits, dots
     *     and dashes, beginning with a letter
     */
    public Operations name(String ofShield) {
      if (!NAME.matcher(Objects.requireNonNull(ofShield, "name")).matches()) {
        throw new IllegalArgumentException("name must be 1 to 32 lower-case letters, digits, dots"
            + " and dashes, got '" + ofShield + "': choose a short one, as in 'api'");
      }
      set(SettingKeys.NAME, ofShield);
      return this;
    }

    /**
     * Sets whether the shield does anything; true unless set. If it does not, all requests pass:
     * nothing is limited, counted or denied, no {@linkplain ResponseOptions#interceptor
     * interceptor} is called, and the {@linkplain Store#uri store} is not opened. The other
     * settings are checked.
     *
     * <p>For tests and for development, if one machine sends all requests. {@link
     * HttpShield#engine()} still limits work that the application gives to it directly.
     */
    public Operations enabled(boolean enabled) {
      set(SettingKeys.ENABLED, enabled);
      return this;
    }

    /**
     * Sets the paths to leave alone in place of the usual ones: {@code /healthz} is that path,
     * {@code /actuator/health/**} that path and all below it; no path leaves nothing alone. Usual
     * are {@code /health}, {@code /healthz}, {@code /livez}, {@code /readyz}, {@code /health/live},
     * {@code /health/ready} and {@code /actuator/health/**}. A request for one of them is neither
     * counted nor rejected, so its response has to be cheap.
     *
     * @throws IllegalArgumentException if a path is not in that form
     */
    public Operations healthPaths(String... paths) {
      set(
          SettingKeys.HEALTH_PATHS,
          new HealthPaths(SettingKeys.HEALTH_PATHS.inCode(), List.of(paths)));
      return this;
    }

    /** Sets whether operators see the keys of clients in place of ids; false unless set. */
    public Operations showKeys(boolean shown) {
      set(SettingKeys.SHOW_KEYS, shown);
      return this;
    }

    /**
     * Sets who may use the console, a page on which operators see and change this shield; {@link
     * ConsoleAccess#OFF} unless set. Needs the module {@code flowshield-console}.
     */
    public Operations console(ConsoleAccess operators) {
      set(SettingKeys.CONSOLE, operators);
      return this;
    }

    /**
     * Sets the path of the console; {@code /flowshield} unless set. The application does not get
     * requests for it.
     *
     * @throws IllegalArgumentException if the text is not a path of letters, digits, dashes, dots
     *     and underscores
     */
    public Operations consolePath(String path) {
      read(SettingKeys.CONSOLE_PATH, path);
      return this;
    }

    /**
     * Sets the password of operators, for {@link ConsoleAccess#PASSWORD}. No message and no log has
     * it.
     *
     * @throws IllegalArgumentException if it is not 12 to 200 characters
     */
    public Operations consolePassword(String password) {
      read(SettingKeys.CONSOLE_PASSWORD, password);
      return this;
    }

    /**
     * Adds other settings of the {@linkplain HttpShield#engine() engine}, as in {@code engine(it ->
     * it.onRejection(listener))}. They are applied when the shield is built, not when it is
     * {@linkplain HttpShield#reload() reloaded}.
     */
    public Operations engine(Consumer<? super FlowShieldBuilder> more) {
      set(SettingKeys.ENGINE, more);
      return this;
    }

    /** Sets the source of time; for tests. */
    public Operations ticker(Ticker source) {
      set(SettingKeys.TICKER, source);
      return this;
    }

    /**
     * Sets the source of the wall-clock time: when the shield is built, for limits that follow the
     * calendar, and for {@link LegacyHeaders#EPOCH}; for tests.
     */
    public Operations instantSource(InstantSource source) {
      set(SettingKeys.INSTANT_SOURCE, source);
      return this;
    }
  }
}
