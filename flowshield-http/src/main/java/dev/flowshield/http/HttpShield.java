package dev.flowshield.http;

import dev.flowshield.Criticality;
import dev.flowshield.LimitStore;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.LimitSet;
import dev.flowshield.engine.Rejection;
import dev.flowshield.engine.Shed;
import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.OpenStreams.Room;
import dev.flowshield.http.policy.PolicyTable;
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
 * } else if (admission instanceof HttpAnswer answer) {
 *   write(answer);
 * }
 * }</pre>
 *
 * <p><b>What a client is.</b> The address at the other end of the connection, an IPv6 one by its
 * first 64 bits; what a request says about itself is not believed, unless it comes from
 * {@linkplain HttpShieldBuilder.Clients#trustedProxies trusted proxies}. Requests without an
 * address share the allowance of one client.
 *
 * <p><b>What goes back.</b> A spent limit and a blocked client answer 429, a full server 503, with
 * {@code Retry-After}, the headers {@code RateLimit-Policy} and {@code RateLimit} where it is a
 * limit for each client, and a body of the kind that the client accepts: JSON, problem details
 * (RFC 9457), a line of text, or a page that counts the wait down. Nothing in it comes from the
 * request.
 *
 * <p><b>Streams.</b> Event streams, web sockets and the like are in flight until they are
 * established, and from then on open streams, of which there may be caps of their own.
 *
 * <p><b>For operators.</b> {@link #engine()} is the shield behind it: its statistics, which clients
 * are rejected most, and how to change a limit while requests come in. Answers and
 * {@link #toString()} speak of the limits as they are now.
 *
 * <p><b>Sharing.</b> One shield may stand behind many handlers, filters or event loops. A request
 * that passes several of them is charged once; where there are two shields, each charges it.
 *
 * <p><b>Cost.</b> Thread-safe; what it adds to {@link FlowShield#admit(String)} is a key made from
 * the address and one small object. The answer to a rejection is ready-made.
 */
public final class HttpShield {

  private static final String NO_SETTINGS =
      "settings must be a map, got null: leave them out for those of the configuration";

  private final String name;
  private final FlowShield engine;
  private volatile ShieldRuntime setup;
  private volatile Doctor doctor;

  private final OpenStreams streams;
  private final HttpAdmitted.Owner owner;
  private final RejectionLog rejectionLog;
  private final SheddingLog sheddingLog;
  private final LongAdder denied = new LongAdder();
  private final @Nullable LimitStore store; // one that was opened for it
  private volatile @Nullable Reload source; // null if it was made in code alone

  private HttpShield(ShieldSettings settings, FlowShield engine, @Nullable LimitStore store) {
    this.name = settings.get(SettingKeys.NAME);
    this.engine = engine;
    this.setup = ShieldRuntime.of(settings, engine);
    this.store = store;
    this.streams = new OpenStreams(setup.streamCaps());
    CompletionWatcher unfinished = new CompletionWatcher();
    this.owner = new HttpAdmitted.Owner(this, unfinished, streams);
    StartupLog.log(this);
    this.doctor = new Doctor(setup.charging(), setup.healthPaths()); // may have something to add
    this.rejectionLog =
        new RejectionLog(engine, denied::sum, streams::stats, () -> doctor.lookAgain());
    this.sheddingLog = new SheddingLog(
        engine,
        new SheddingDiagnosis(
            ProcessorTime::nanos,
            Runtime.getRuntime().availableProcessors(),
            unfinished::mostOfOneClient,
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
    LimitStore store = settings.openStore();
    boolean isBuilt = false;
    try {
      FlowShield engine = settings.engine(store);
      settings.requireLimitBeside(engine, as);
      HttpShield shield = new HttpShield(settings, engine, store);
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
      return setup.charging().policies();
    }

    @Override
    public Runnable prepare(ShieldSettings settings) {
      ShieldRuntime next = ShieldRuntime.of(settings, engine);
      return () -> adopt(next);
    }
  }

  /** Is used in another way from now on. */
  private void adopt(ShieldRuntime next) {
    setup = next;
    streams.change(next.streamCaps());
    if (!doctor.isFor(next.charging(), next.healthPaths())) {
      doctor = new Doctor(next.charging(), next.healthPaths());
    }
  }

  /** What it was made of; null if it was made in code alone. */
  @Nullable
  Reload source() {
    return source;
  }

  /**
   * A shield as the configuration wants it; without one, {@code per-client} is 100/s burst 500 and
   * {@code in-flight} auto, {@code streams} 10000 and {@code streams-per-client} 500.
   *
   * <p>A burst of 500 lets five people behind one address open a page with 60 assets at once.
   *
   * <p>{@code auto} caps the requests in flight at what the server is seen to work at: under normal
   * load it rejects nothing, and under a flood the server stays as fast as it is without one.
   *
   * <p>Looked at in this order, setting by setting:
   * <ol>
   *   <li>system properties such as {@code flowshield.per-client},
   *   <li>environment variables such as {@code FLOWSHIELD_PER_CLIENT}, in capitals; those that
   *       Kubernetes sets for a service named {@code flowshield} are no settings,
   *   <li>{@code flowshield.properties} on the class path, with lines such as
   *       {@code per-client=100/s}, in UTF-8; of several the first, with a warning,
   *   <li>the default.
   * </ol>
   *
   * <p>{@link #settings()} returns the names of all settings. The page {@code docs/settings.md}
   * lists them with their values, their defaults and what a reload may change.
   *
   * @throws IllegalArgumentException if a setting is not known or not possible; the message names
   *     each with its source, what is allowed and how to correct it
   */
  public static HttpShield fromConfiguration() {
    return fromConfiguration(Map.of());
  }

  /**
   * As {@link #fromConfiguration()}, with settings that stand between the environment and the file:
   * those given where the shield is put to work, such as the parameters of a filter.
   *
   * @param settings such as {@code per-client} to {@code 100/s}
   * @throws IllegalArgumentException if a setting is not known or not possible
   */
  public static HttpShield fromConfiguration(Map<String, String> settings) {
    return fromConfiguration(settings, builder -> {});
  }

  /**
   * As {@link #fromConfiguration(Map)}, with what only code can give, such as the plan of a
   * request: {@code fromConfiguration(Map.of(), it -> it.policies(p -> p.plan(user)))}. Where
   * code and a setting say the same thing, the setting counts; limits are said once, and policies
   * add up.
   *
   * @param code sets what it has to set, before the settings do; it does not build. It runs again
   *     for each {@link #reload()}, so a limiter of its own must be made once, outside
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
   * As {@link #fromConfiguration(Map)}, with a file that an application keeps in a place of its
   * own, in place of {@code flowshield.properties} on the class path.
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

  private static Map<String, String> copyOf(Map<String, String> settings) {
    Objects.requireNonNull(settings, NO_SETTINGS);
    return Collections.unmodifiableMap(new HashMap<>(settings)); // which may have nulls
  }

  /**
   * Whether this process has a configuration: a system property or an environment variable that
   * {@link #fromConfiguration()} would take or reject, or {@code flowshield.properties} on the
   * class path, with or without settings. For frameworks that protect an application only where
   * that is asked for.
   */
  public static boolean isConfigured() {
    return SettingsFile.isThere()
        || ConfigurationSources.current(Map.of(), SettingsFile.NONE).areSet();
  }

  /**
   * The names of the settings that {@link #fromConfiguration(Map)} knows, for frameworks that offer
   * them in a language of their own.
   */
  public static Set<String> settings() {
    return SettingKeys.NAMES;
  }

  /**
   * Starts with nothing limited and the usual health paths left alone; a shield needs a limit or a
   * cap on the requests in flight.
   */
  public static HttpShieldBuilder builder() {
    return new HttpShieldBuilder();
  }

  /**
   * Asks whether a request may run. If it is {@link HttpAdmitted}, let it and close that when the
   * work has ended; if it is {@link ShieldResponse}, write that.
   */
  public HttpAdmission admit(RequestView request) {
    ShieldRuntime now = setup;
    HttpAdmission early = withoutAsking(now, request);
    if (early != null) {
      return early;
    }
    ChargePlan charges = now.charging().charges(request);
    if (charges == null) {
      return denied(now, request);
    }
    String key = now.charging().key(request, charges);
    ShieldResponse withoutRoom = withoutRoom(now, request, charges, key);
    if (withoutRoom != null) {
      return withoutRoom;
    }
    Criticality criticality = now.charging().criticality(request, charges);
    int route = now.charging().route(request, charges);
    RequestCharges bill = now.charging().bill(request, charges, key, criticality, route);
    Admission admission = !now.isSynchronous()
        ? AsyncDecision.join(askAsync(charges.limits(criticality, route), key, bill))
        : bill == null ? engine.admit(charges.limits(criticality, route), key) : bill.admit(engine);
    return answer(now, request, charges, key, bill, admission);
  }

  /**
   * As {@link #admit}, for servers whose thread must not wait for a limiter whose answer comes from
   * elsewhere. Where the engine keeps all limits, as it does unless a limit is given a limiter of
   * another kind, the future is complete.
   *
   * <p>Complete or cancel the future to stop waiting, as when the client has gone; everything is
   * given back then. A limiter that fails, or that has not answered after five seconds, fails the
   * future.
   *
   * @param server runs what is to be done by the server's thread, if that is not done at once: it
   *     uses the request, and completes the future
   */
  public CompletableFuture<HttpAdmission> admitAsync(RequestView request, Executor server) {
    ShieldRuntime now = setup;
    if (now.isSynchronous()) {
      return CompletableFuture.completedFuture(admit(request));
    }
    HttpAdmission early = withoutAsking(now, request);
    if (early != null) {
      return CompletableFuture.completedFuture(early);
    }
    ChargePlan charges = now.charging().charges(request);
    if (charges == null) {
      return CompletableFuture.completedFuture(denied(now, request));
    }
    String key = now.charging().key(request, charges);
    ShieldResponse withoutRoom = withoutRoom(now, request, charges, key);
    if (withoutRoom != null) {
      return CompletableFuture.completedFuture(withoutRoom);
    }
    Criticality criticality = now.charging().criticality(request, charges);
    int route = now.charging().route(request, charges);
    RequestCharges bill = now.charging().bill(request, charges, key, criticality, route);
    return AsyncDecision.of(
        askAsync(charges.limits(criticality, route), key, bill),
        admission -> answer(now, request, charges, key, bill, admission),
        server);
  }

  private CompletableFuture<Admission> askAsync(
      LimitSet limits, String key, @Nullable RequestCharges bill) {
    return bill == null ? engine.admitAsync(limits, key) : bill.admitAsync(engine);
  }

  /**
   * Whether {@link #admit} never waits, as the engine keeps all limits. It does unless a limit is
   * given a limiter of another kind.
   */
  public boolean isSynchronous() {
    return setup.isSynchronous();
  }

  /**
   * Returns whether this shield does anything: see {@link HttpShieldBuilder.Operations#enabled}. If
   * not, {@link #admit} admits every request without a look at it, so a binding may hand requests
   * on without asking. May change with {@link #reload()}.
   */
  public boolean isEnabled() {
    return setup.isEnabled();
  }

  /** The answer to a request that is not charged; null if it is. */
  private @Nullable HttpAdmission withoutAsking(ShieldRuntime now, RequestView request) {
    if (!now.isEnabled()) {
      return HttpAdmitted.WITHOUT_PLACE;
    }
    for (RequestInterceptor door : now.doors()) {
      ShieldResponse answer = door.answer(request);
      if (answer != null) {
        return answer;
      }
    }
    if (now.healthPaths().contains(request.path()) && request.spellings().isEmpty()) {
      return HttpAdmitted.WITHOUT_PLACE;
    }
    AdmissionChain earlier = AdmissionChain.of(request);
    if (earlier != null && earlier.isOf(this)) {
      return HttpAdmitted.WITHOUT_PLACE;
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
    rejectionLog.rejected();
    return now.answers().denied(request);
  }

  /** The answer to a request that announces a stream for which there is no room; else null. */
  private @Nullable ShieldResponse withoutRoom(
      ShieldRuntime now, RequestView request, ChargePlan charges, String key) {
    Room room = streams.room(now.charging().streamKey(charges, key));
    if (room == Room.FREE || !StreamDetector.isAnnouncedBy(request)) {
      return null;
    }
    streams.countRejected(room);
    logRejection();
    return now.answers().withoutRoom(request, room);
  }

  private HttpAdmission answer(
      ShieldRuntime now,
      RequestView request,
      ChargePlan charges,
      String key,
      @Nullable RequestCharges bill,
      Admission admission) {
    if (admission instanceof Rejection rejection) {
      rejectionLog.rejected();
      if (rejection instanceof Shed) {
        sheddingLog.shed();
      }
      return now.answers().to(request, rejection);
    }
    Admitted admitted = (Admitted) admission;
    try {
      RateLimitHeaders rateLimitHeaders = now.rateLimitHeaders();
      List<ShieldResponse.Header> headers = rateLimitHeaders == null
          ? List.of()
          : rateLimitHeaders.of(
              bill == null ? charges.limitStatus(key) : bill.limitStatus(engine),
              charges.limitStatus(admitted));
      List<RequestCharges.Estimate> later = bill == null ? List.of() : bill.later();
      String streamKey = now.charging().streamKey(charges, key);
      HttpAdmitted result = headers.isEmpty() && later.isEmpty()
          ? new HttpAdmitted(admitted, owner, streamKey)
          : new DetailedHttpAdmitted(admitted, owner, streamKey, later, headers);
      AdmissionChain.leave(request, result, AdmissionChain.of(request));
      return result;
    } catch (Throwable failure) { // a server may run listeners of the application's own
      admitted.failed();
      admitted.close();
      throw failure;
    }
  }

  /**
   * Reads the configuration again, and changes this shield to it while requests come in: what its
   * limits admit, and all settings that are no limits. A limit that comes, goes or is of another
   * kind needs a new shield. The setting {@code reload} has this done every so many seconds when
   * the configuration has changed.
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

  /**
   * Says what an admitted request has cost, for policies with {@code cost=later}: as
   * {@link HttpAdmitted#cost(long)}, for a binding that offers this to its applications. A request
   * that no shield has admitted, or none with such a policy, is left as it is.
   *
   * @throws IllegalArgumentException if the permits are negative
   */
  public static void cost(RequestView request, long permits) {
    for (AdmissionChain mark = AdmissionChain.of(request); mark != null; mark = mark.before()) {
      mark.admitted().cost(permits);
    }
  }

  /**
   * Says that the exchange of an admitted request is a stream from now on: as
   * {@link HttpAdmitted#established()}, for a binding that offers this to its applications. A
   * request that no shield has admitted is left as it is.
   *
   * @return false if a shield has no room for its stream
   */
  public static boolean established(RequestView request) {
    boolean hasRoom = true;
    for (AdmissionChain mark = AdmissionChain.of(request); mark != null; mark = mark.before()) {
      hasRoom &= mark.admitted().established();
    }
    return hasRoom;
  }

  /** Logs that a request was rejected, if it is time for a line. */
  void logRejection() {
    rejectionLog.rejected();
  }

  /** Its name for operators, {@code default} unless set. */
  public String name() {
    return name;
  }

  /** How many requests were rejected because their client or their path is denied. */
  public long denied() {
    return denied.sum();
  }

  /** How many streams are open, and how many requests for one were rejected. */
  public StreamStats streams() {
    return streams.stats();
  }

  /** What was done so far. Requests that are left alone are not counted. Not for every request. */
  public ShieldStats stats() {
    return engine.stats();
  }

  /**
   * Signs that this is not set up as its owner means it to be, by code: at the start, and from the
   * requests that have come so far, and from what is in flight while the cap rejects. Each is
   * logged once when it is found.
   */
  public List<Finding> doctor() {
    return doctor.findings();
  }

  /**
   * The policies, a row each, in the order in which they are looked at, with their limits as they
   * are now; none unless set. A limit has the name of its policy in {@link #stats()}.
   */
  public List<String> policies() {
    return setup.charging().policies().texts(engine.limits());
  }

  /** The shield behind it, for operators; what is admitted by it directly counts too. */
  public FlowShield engine() {
    return engine;
  }

  /** What is active now, in one line. As it was at the start it is in the log, with the version. */
  @Override
  public String toString() {
    return setup.description(engine);
  }
}
