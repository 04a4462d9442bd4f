package dev.flowshield.http;

import dev.flowshield.LimitStore;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Rejection;
import dev.flowshield.engine.Shed;
import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.answer.RateLimitHeaders;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.charge.ChargePlan;
import dev.flowshield.http.charge.RequestCharges;
import dev.flowshield.http.charge.RequestCharges.Estimate;
import dev.flowshield.http.client.IpAddress;
import dev.flowshield.http.doctor.Doctor;
import dev.flowshield.http.doctor.RejectionLog;
import dev.flowshield.http.doctor.SheddingDiagnosis;
import dev.flowshield.http.doctor.SheddingLog;
import dev.flowshield.http.exchange.ConsoleAccess;
import dev.flowshield.http.exchange.Finding;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.RequestInterceptor;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.StreamStats;
import dev.flowshield.http.policy.PolicyTable;
import dev.flowshield.http.process.ProcessorTime;
import dev.flowshield.http.process.ShieldLog;
import dev.flowshield.http.settings.Configuration;
import dev.flowshield.http.settings.ConfigurationSources;
import dev.flowshield.http.settings.Reload;
import dev.flowshield.http.settings.ReloadWatch;
import dev.flowshield.http.settings.SettingKeys;
import dev.flowshield.http.settings.Settings;
import dev.flowshield.http.settings.SettingsFile;
import dev.flowshield.http.settings.ShieldSettings;
import dev.flowshield.http.settings.Spelling;
import dev.flowshield.http.spi.ConsoleProvider;
import dev.flowshield.http.stream.OpenStreams;
import dev.flowshield.http.stream.OpenStreams.Room;
import dev.flowshield.http.stream.StreamDetector;
import dev.flowshield.http.watch.AdmittedRequest;
import dev.flowshield.http.watch.AsyncDecision;
import dev.flowshield.http.watch.CompletionWatcher;
import dev.flowshield.http.watch.DetailedAdmittedRequest;
import dev.flowshield.http.watch.RequestStart;
import dev.flowshield.http.watch.UnchargedRequest;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The shield of an HTTP server: limits for all requests together and for each client address, and a
 * cap on the requests in flight.
 *
 * <pre>{@code
 * HttpShield shield = HttpShield.builder().perClient("100/s, 5000/h").inFlight(200).build();
 *
 * HttpAdmission admission = shield.admit(request);       // as a binding does it
 * if (admission instanceof HttpAdmitted admitted) {
 *   run(request, admitted);                              // and close it when the work has ended
 * } else if (admission instanceof ShieldResponse response) {
 *   write(response);
 * }
 * }</pre>
 *
 * <p><b>Clients.</b> A client is the address at the other end of the connection; for IPv6, its
 * first 64 bits. The shield ignores the headers of a request, unless it comes from {@linkplain
 * HttpShieldBuilder.Clients#trustedProxies trusted proxies}. All requests without an address are
 * one client.
 *
 * <p><b>Responses.</b> An exhausted limit and a blocked client respond with 429, a full server with
 * 503. Both have {@code Retry-After}. For a per-client limit, the headers {@code RateLimit-Policy}
 * and {@code RateLimit} are added. The body has the format that the client accepts: JSON, problem
 * details (RFC 9457), a line of text, or a page that counts the wait down. Nothing in it comes from
 * the request.
 *
 * <p><b>Streams.</b> Event streams, web sockets and other streams are in flight until they are
 * established. From then on they are open streams, which have caps of their own.
 *
 * <p><b>Operators.</b> {@link #engine()} has the statistics, the clients that are rejected most,
 * and methods that change a limit while requests arrive. Responses and {@link #toString()} use the
 * current limits.
 *
 * <p><b>Sharing.</b> Many handlers, filters or event loops may use one shield. A request that
 * passes several of them is charged once. A request that passes two shields is charged by each.
 *
 * <p><b>Cost.</b> Thread-safe. In addition to {@link FlowShield#admit(String)}, a request costs a
 * key made from the address, and one small object. Rejections are prepared.
 */
public final class HttpShield {

  private static final int LONGEST_SHOWN = 64; // of a text that is no address
  private static final String NO_SETTINGS =
      "settings must be a map, got null: leave them out for those of the configuration";

  private final String name;
  private final FlowShield engine;
  private volatile ShieldRuntime setup;
  private volatile Doctor doctor;

  private final OpenStreams streams;
  private final AdmittedRequest.Owner owner;
  private final RejectionLog rejectionLog;
  private final SheddingLog sheddingLog;
  private final LongAdder denied = new LongAdder();
  private final @Nullable LimitStore store; // one that was opened for it
  private volatile @Nullable Reload source; // null if it was made in code alone

  private HttpShield(
      ShieldSettings settings,
      FlowShield engine,
      @Nullable LimitStore store,
      @Nullable ConsoleProvider console) {
    this.name = settings.get(SettingKeys.NAME);
    this.engine = engine;
    this.setup = withConsole(ShieldRuntime.of(settings, engine), settings, console);
    this.store = store;
    this.streams = new OpenStreams(setup.streamCaps());
    CompletionWatcher watcher = new CompletionWatcher();
    this.owner = new AdmittedRequest.Owner(this, watcher, streams, this::logRejection);
    ShieldLog.log(isEnabled(), toString());
    this.doctor = new Doctor(setup.classifier(), setup.healthPaths()); // may have something to add
    this.rejectionLog =
        new RejectionLog(engine, denied::sum, streams::stats, () -> doctor.lookAgain());
    this.sheddingLog = new SheddingLog(
        engine,
        new SheddingDiagnosis(
            ProcessorTime::nanos,
            Runtime.getRuntime().availableProcessors(),
            watcher::mostOfOneClient,
            (code, text) -> doctor.foundOnce(code, text)));
  }

  /**
   * Builds a shield.
   *
   * @param as how messages write settings
   * @throws IllegalStateException if settings do not fit together
   * @throws IllegalArgumentException if a limit is outside the range of its limiter, or no limiter
   *     has the name
   */
  static HttpShield of(ShieldSettings settings, Spelling as) {
    settings.requireFit(as);
    ConsoleProvider console = ConsoleProviders.find(settings, as);
    LimitStore store = settings.openStore();
    boolean isBuilt = false;
    try {
      FlowShield engine = settings.engine(store);
      settings.requireLimitBeside(engine, as);
      HttpShield shield = new HttpShield(settings, engine, store, console);
      isBuilt = true;
      return shield;
    } finally {
      if (!isBuilt && store != null) {
        store.close();
      }
    }
  }

  /** Builds a shield of a configuration, which can be reloaded. */
  static HttpShield of(
      Supplier<ConfigurationSources> sources, Consumer<? super HttpShieldBuilder> code) {
    Supplier<ShieldSettings> given = () -> {
      HttpShieldBuilder builder = builder();
      code.accept(builder);
      return builder.settings();
    };
    Settings texts = new Settings(sources.get());
    Configuration configuration = new Configuration(texts, "FlowShield cannot start");
    ShieldSettings settings = configuration.fitting(given.get());
    HttpShield shield;
    try {
      shield = of(settings, Spelling.CONFIGURATION);
    } catch (IllegalArgumentException | IllegalStateException misfit) {
      throw configuration.misfit(misfit);
    }
    Reload reload = new Reload(shield.new ReloadTarget(), sources, given, texts, settings);
    shield.source = reload;
    ReloadWatch.begin(reload, texts);
    return shield;
  }

  /**
   * Closes the store that was opened for it by its address, see {@link
   * HttpShieldBuilder.Store#uri}, and ends its logs of rejections, which would need classes of
   * an application that is gone. Later requests are treated as during an outage of the store.
   * Idempotent.
   */
  public void close() {
    rejectionLog.close();
    sheddingLog.close();
    if (store != null) {
      store.close();
    }
  }

  /** This shield, for a reload. */
  private final class ReloadTarget implements Reload.Target {

    @Override
    public FlowShield engine() {
      return engine;
    }

    @Override
    public boolean hasOpenStore() {
      return store != null;
    }

    @Override
    public PolicyTable table() {
      return setup.classifier().policies();
    }

    @Override
    public Runnable prepare(ShieldSettings settings) {
      ConsoleProvider console = ConsoleProviders.find(settings, Spelling.CONFIGURATION);
      ShieldRuntime next = withConsole(ShieldRuntime.of(settings, engine), settings, console);
      return () -> adopt(next);
    }
  }

  private ShieldRuntime withConsole(
      ShieldRuntime parts, ShieldSettings settings, @Nullable ConsoleProvider console) {
    if (console == null) {
      return parts;
    }
    boolean isLocal = settings.get(SettingKeys.CONSOLE) == ConsoleAccess.LOCAL;
    String path = settings.get(SettingKeys.CONSOLE_PATH);
    RequestInterceptor interceptor = console.console(
        this,
        path,
        isLocal ? null : settings.get(SettingKeys.CONSOLE_PASSWORD),
        finding -> doctor.foundOnce(finding.code(), finding.text()));
    return parts.withConsole(
        interceptor, "console at " + path + (isLocal ? " for this machine" : " by a password"));
  }

  /** Replaces the parts by which requests are treated from now on. */
  private void adopt(ShieldRuntime next) {
    setup = next;
    streams.change(next.streamCaps());
    if (!doctor.isFor(next.classifier(), next.healthPaths())) {
      doctor = new Doctor(next.classifier(), next.healthPaths());
    }
  }

  /** Returns the source of the settings; null if they were set in code alone. */
  @Nullable
  Reload source() {
    return source;
  }

  /**
   * Creates a shield from the configuration. Without one, {@code per-client} is 100/s burst 500,
   * {@code in-flight} is auto, {@code streams} is 10000 and {@code streams-per-client} is 500.
   *
   * <p>A burst of 500 lets five people behind one address open a page with 60 assets at once.
   *
   * <p>{@code auto} finds the cap on requests in flight. It rejects nothing under normal load, and
   * keeps the server fast under a flood.
   *
   * <p>Each setting is taken from the first of these sources that has it:
   * <ol>
   *   <li>system properties such as {@code flowshield.per-client},
   *   <li>environment variables such as {@code FLOWSHIELD_PER_CLIENT}, in capitals; the variables
   *       that Kubernetes sets for a service named {@code flowshield} are ignored,
   *   <li>{@code flowshield.properties} on the class path, with lines such as
   *       {@code per-client=100/s}, in UTF-8; the first file if there are several, with a warning,
   *   <li>the default.
   * </ol>
   *
   * <p>{@link #settings()} returns the names of all settings. The page {@code docs/settings.md}
   * lists them with their values, their defaults and the effect of a reload.
   *
   * @throws IllegalArgumentException if a setting is unknown or impossible; the message names each
   *     such setting with its source, the allowed values and the correction
   */
  public static HttpShield fromConfiguration() {
    return fromConfiguration(Map.of());
  }

  /**
   * Creates a shield from the configuration, see {@link #fromConfiguration()}, and from settings
   * such as the parameters of a filter. These come after the environment and before the file.
   *
   * @param settings such as {@code per-client} to {@code 100/s}
   * @throws IllegalArgumentException if a setting is not known or not possible
   */
  public static HttpShield fromConfiguration(Map<String, String> settings) {
    return fromConfiguration(settings, builder -> {});
  }

  /**
   * Creates a shield from the configuration, see {@link #fromConfiguration(Map)}, and from settings
   * that only code can give, such as the plan of a client: {@code fromConfiguration(Map.of(), it ->
   * it.policies(p -> p.plan(user)))}. A setting of the configuration replaces the same setting of
   * the code, and {@code off} removes it; policies of both are added. A default holds only if
   * neither has the setting.
   *
   * @param code sets options of the builder, before the configuration does; it must not build. It
   *     runs again for each {@link #reload()}, so it must not create a limiter of its own
   * @throws IllegalArgumentException if a setting is not known or not possible
   */
  public static HttpShield fromConfiguration(
      Map<String, String> settings, Consumer<? super HttpShieldBuilder> code) {
    Objects.requireNonNull(
        code, "code must be a function, got null: leave it out if there is none");
    Map<String, String> copy = copyOf(settings);
    return of(() -> ConfigurationSources.current(copy, SettingsFile.find()), code);
  }

  /**
   * Creates a shield from the configuration, see {@link #fromConfiguration(Map)}, with a file of
   * the application in place of {@code flowshield.properties} on the class path.
   *
   * @param settings such as {@code per-client} to {@code 100/s}
   * @param file opens it, now and for each {@link #reload()}: lines such as
   *     {@code per-client=100/s}, in UTF-8; it is closed here
   * @throws IllegalArgumentException if a setting is not known or not possible
   * @throws UncheckedIOException if the file cannot be read
   */
  public static HttpShield fromConfiguration(
      Map<String, String> settings, Supplier<? extends InputStream> file) {
    Objects.requireNonNull(
        file, "file must open one, got null: leave it out for the one on the class path");
    Map<String, String> copy = copyOf(settings);
    return of(
        () -> ConfigurationSources.current(copy, SettingsFile.read(file, SettingsFile.NAME)),
        builder -> {});
  }

  /**
   * Creates a shield from the settings of a framework, and from no other source: no system
   * properties, environment variables or file. Settings that it leaves out have the defaults of
   * {@link #fromConfiguration()}. For frameworks that have a configuration of their own.
   *
   * @param settings returns them, such as {@code per-client} to {@code 100/s}, now and for each
   *     {@link #reload()}
   * @param code sets options of the builder, as in {@link #fromConfiguration(Map, Consumer)}
   * @throws IllegalArgumentException if a setting is not known or not possible
   */
  public static HttpShield fromSettings(
      Supplier<? extends Map<String, String>> settings, Consumer<? super HttpShieldBuilder> code) {
    Objects.requireNonNull(settings, "settings must be a function that returns them, got null");
    Objects.requireNonNull(
        code, "code must be a function, got null: give one that does nothing if there is none");
    return of(
        () ->
            new ConfigurationSources(Map.of(), Map.of(), copyOf(settings.get()), SettingsFile.NONE),
        code);
  }

  private static Map<String, String> copyOf(Map<String, String> settings) {
    Objects.requireNonNull(settings, NO_SETTINGS);
    return Collections.unmodifiableMap(new HashMap<>(settings)); // which may have nulls
  }

  /**
   * Returns whether this process has a configuration: a system property or an environment variable
   * that {@link #fromConfiguration()} would take or reject, or {@code flowshield.properties} on the
   * class path, with or without settings. For frameworks that protect an application only on
   * request.
   */
  public static boolean isConfigured() {
    return SettingsFile.isThere()
        || ConfigurationSources.current(Map.of(), SettingsFile.NONE).areSet();
  }

  /**
   * Returns the names of the settings that {@link #fromConfiguration(Map)} knows, for frameworks
   * that offer them in a configuration language of their own.
   */
  public static Set<String> settings() {
    return SettingKeys.NAMES;
  }

  /**
   * Returns a builder without limits that leaves the usual health paths alone. A shield needs a
   * limit or a cap on the requests in flight.
   */
  public static HttpShieldBuilder builder() {
    return new HttpShieldBuilder();
  }

  /**
   * Returns whether a request may run. If the result is {@link HttpAdmitted}, let the request run,
   * and close the admission when the work has ended. If it is {@link ShieldResponse}, write that.
   */
  public HttpAdmission admit(RequestView request) {
    ShieldRuntime now = setup;
    HttpAdmission early = decideUncharged(now, request);
    if (early != null) {
      return early;
    }
    ChargePlan plan = now.classifier().plan(request);
    if (plan.isDenied()) {
      return denied(now, request);
    }
    String client = now.classifier().client(request);
    ShieldResponse rejection = rejectStream(now, request, plan.streamKey(client));
    if (rejection != null) {
      return rejection;
    }
    RequestCharges charges = now.classifier().charges(request, plan, client);
    Admission admission = now.isSynchronous()
        ? charges.admit(client)
        : AsyncDecision.join(charges.admitAsync(client));
    return finish(now, request, client, charges, admission);
  }

  /**
   * Decides on a request like {@link #admit}, for servers whose thread must not wait for a limiter
   * outside the engine. The future is complete if the engine keeps all limits, which it does unless
   * a store, or a {@code RateLimiter} of the application, keeps one.
   *
   * <p>Complete or cancel the future to stop waiting, for example when the client has gone.
   * Everything is then refunded. A limiter that fails, or that has not answered after five seconds,
   * fails the future.
   *
   * @param server runs tasks on the server's thread, unless they run at once. The tasks use the
   *     request and complete the future
   */
  public CompletableFuture<HttpAdmission> admitAsync(RequestView request, Executor server) {
    ShieldRuntime now = setup;
    if (now.isSynchronous()) {
      return CompletableFuture.completedFuture(admit(request));
    }
    HttpAdmission early = decideUncharged(now, request);
    if (early != null) {
      return CompletableFuture.completedFuture(early);
    }
    ChargePlan plan = now.classifier().plan(request);
    if (plan.isDenied()) {
      return CompletableFuture.completedFuture(denied(now, request));
    }
    String client = now.classifier().client(request);
    ShieldResponse rejection = rejectStream(now, request, plan.streamKey(client));
    if (rejection != null) {
      return CompletableFuture.completedFuture(rejection);
    }
    RequestCharges charges = now.classifier().charges(request, plan, client);
    return AsyncDecision.of(
        charges.admitAsync(client),
        admission -> finish(now, request, client, charges, admission),
        server);
  }

  /**
   * Returns whether {@link #admit} never waits because the engine keeps all limits, which it does
   * unless a store, or a {@code RateLimiter} of the application, keeps one.
   */
  public boolean isSynchronous() {
    return setup.isSynchronous();
  }

  /**
   * Returns whether this shield does anything: see {@link HttpShieldBuilder.Operations#enabled}. If
   * not, {@link #admit} admits every request unseen, and a binding may omit the call. May change
   * with {@link #reload()}.
   */
  public boolean isEnabled() {
    return setup.isEnabled();
  }

  /** Returns the decision on a request that is not charged; null if it is to be charged. */
  private @Nullable HttpAdmission decideUncharged(ShieldRuntime now, RequestView request) {
    if (!now.isEnabled()) {
      return UnchargedRequest.INSTANCE;
    }
    for (RequestInterceptor interceptor : now.interceptors()) {
      ShieldResponse response = interceptor.answer(request);
      if (response != null) {
        return response;
      }
    }
    if (now.healthPaths().contains(request.path()) && request.spellings().isEmpty()) {
      return UnchargedRequest.INSTANCE;
    }
    AdmissionChain earlier = AdmissionChain.of(request);
    if (earlier != null && earlier.isOf(this)) {
      return UnchargedRequest.INSTANCE;
    }
    doctor.look(request);
    RequestStart start = now.requestStart();
    if (start != null) {
      start.look(request, engine);
    }
    if (earlier != null) {
      doctor.sawAnotherShield(earlier.shield(), this);
    }
    return null;
  }

  private ShieldResponse denied(ShieldRuntime now, RequestView request) {
    denied.increment();
    logRejection();
    return now.responses().denied(request);
  }

  /** Returns the rejection of a request for a stream without room; null otherwise. */
  private @Nullable ShieldResponse rejectStream(
      ShieldRuntime now, RequestView request, @Nullable String streamKey) {
    Room room = streams.room(streamKey);
    if (room == Room.FREE || !StreamDetector.isAnnouncedBy(request)) {
      return null;
    }
    streams.countRejected(room);
    logRejection();
    return now.responses().withoutRoom(request, room);
  }

  /** Returns the decision of the engine in the words of HTTP. */
  private HttpAdmission finish(
      ShieldRuntime now,
      RequestView request,
      String client,
      RequestCharges charges,
      Admission admission) {
    if (admission instanceof Rejection rejection) {
      logRejection();
      if (rejection instanceof Shed) {
        sheddingLog.shed();
      }
      return now.responses().to(request, rejection);
    }
    Admitted admitted = (Admitted) admission;
    try {
      AdmittedRequest result = admitted(now.rateLimitHeaders(), client, charges, admitted);
      request.mark(AdmissionChain.after(request, result));
      return result;
    } catch (Throwable failure) { // a server may run listeners of the application's own
      admitted.failed();
      admitted.close();
      throw failure;
    }
  }

  private AdmittedRequest admitted(
      @Nullable RateLimitHeaders rateLimitHeaders,
      String client,
      RequestCharges charges,
      Admitted admitted) {
    List<ShieldResponse.Header> headers = rateLimitHeaders == null
        ? List.of()
        : rateLimitHeaders.of(charges.limitStatus(client), charges.storedLimitStatus(admitted));
    List<Estimate> estimates = charges.estimates();
    String streamKey = charges.streamKey(client);
    return headers.isEmpty() && estimates.isEmpty()
        ? new AdmittedRequest(admitted, owner, streamKey)
        : new DetailedAdmittedRequest(admitted, owner, streamKey, estimates, headers);
  }

  /**
   * Reads the configuration again and applies it to this shield while requests arrive: the rates of
   * its limits, and all settings that are not limits. A limit that is added, removed or of another
   * kind needs a new shield. The setting {@code reload} calls this periodically if the
   * configuration has changed.
   *
   * @return what has changed, a line each; it is logged, too
   * @throws IllegalArgumentException if the configuration is not possible, or needs a new shield;
   *     nothing has changed then
   * @throws IllegalStateException if this shield was made in code alone
   */
  public List<String> reload() {
    Reload known = source;
    if (known == null) {
      throw new IllegalStateException(
          "a shield must come from the configuration to be reloaded, got"
              + " one that was built in code: make it with fromConfiguration, or use engine().change");
    }
    return known.change();
  }

  private void logRejection() {
    rejectionLog.rejected();
  }

  /**
   * Returns the key that counts the client with an address, by which {@link #engine()} knows it:
   * for IPv6 its network, as {@link HttpShieldBuilder.Clients#ipv6Prefix} states. For operators.
   *
   * @throws IllegalArgumentException if the text is not an IP address
   */
  public String keyOf(String address) {
    IpAddress parsed = IpAddress.parse(address);
    if (parsed == null) {
      throw new IllegalArgumentException("address must be an IP address, got '"
          + address.substring(0, Math.min(address.length(), LONGEST_SHOWN))
          + "': write one, as in 203.0.113.9 or 2001:db8::1");
    }
    return setup.classifier().client().key(parsed);
  }

  /**
   * Returns the key that counts the client of a request, by which {@link #engine()} knows it. For
   * limits of the application's own on clients, which tell them apart as this shield does.
   */
  public String keyOf(RequestView request) {
    return setup.classifier().client(request);
  }

  /** Returns the name of this shield for operators; {@code default} unless set. */
  public String name() {
    return name;
  }

  /** Returns the number of requests that were rejected because their client or path is denied. */
  public long denied() {
    return denied.sum();
  }

  /** Returns the number of open streams, and of rejected requests for a stream. */
  public StreamStats streams() {
    return streams.stats();
  }

  /**
   * Returns the statistics since the start. They do not include health checks and other requests
   * that are not charged. Too expensive for every request.
   */
  public ShieldStats stats() {
    return engine.stats();
  }

  /**
   * Returns signs of misconfiguration, ordered by code. They come from the settings, from the
   * requests so far, and from the work in flight while the cap rejects. Each sign is logged once.
   */
  public List<Finding> doctor() {
    return doctor.findings();
  }

  /**
   * Returns the policies, one row each, in the order of their evaluation and with their current
   * limits. A limit has the name of its policy in {@link #stats()}.
   */
  public List<String> policies() {
    return setup.classifier().policies().texts(engine.limits());
  }

  /** Returns the engine of this shield, for operators. Work that it admits directly counts too. */
  public FlowShield engine() {
    return engine;
  }

  /** Returns a line with the active settings. The log has that of the start, with the version. */
  @Override
  public String toString() {
    return setup.description(engine);
  }
}
