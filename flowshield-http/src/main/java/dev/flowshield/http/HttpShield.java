package dev.flowshield.http;

import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.OverLimit;
import dev.flowshield.engine.Refusal;
import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.client.IpAddress;
import dev.flowshield.spi.LimiterSpec;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The shield of an HTTP server: a limit for everyone together, a limit for each client address, a cap on the requests in flight.
 *
 * <pre>{@code
 * HttpShield shield = HttpShield.builder().perClient("100/s").inFlight(1000).build();
 *
 * HttpAdmission admission = shield.admit(request);       // as a binding does it
 * if (admission instanceof HttpAdmitted admitted) {
 *   run(request, admitted);                              // and close it when the work has ended
 * } else if (admission instanceof HttpRejection rejection) {
 *   write(rejection);
 * }
 * }</pre>
 *
 * <p><b>Who a client is.</b> The address at the other end of the connection, an IPv6 one by its first 64 bits; what a request says
 * about itself is not believed. Requests without an address share the allowance of one client.
 *
 * <p><b>What goes back.</b> A spent limit answers 429, a full server 503, both with {@code Retry-After} and a short JSON body.
 *
 * <p><b>Sharing.</b> One shield may stand behind many handlers, filters or event loops. A request that passes several of them is
 * charged once; where there are two shields, each charges it.
 *
 * <p><b>Cost.</b> Thread-safe; what it adds to {@link FlowShield#admit(String)} is a key made from the address and one small object. A
 * refusal's answer is ready-made.
 */
public final class HttpShield {

  private static final System.Logger LOG = System.getLogger("dev.flowshield.http");

  private final FlowShield shield;
  private final HealthPaths healthPaths;
  private final Rejections overload;
  private final Rejections overEveryonesLimit;
  private final Rejections overClientsLimit;
  private final String description;

  // Most requests meet one shield: for them the mark is ready-made.
  private final Mark onlyMark = new Mark(this, null);
  private final Unfinished unfinished = new Unfinished();

  private HttpShield(Builder settings) {
    this.shield = settings.engine.build();
    this.healthPaths = settings.healthPaths;
    this.overload = Rejections.ofOverload(settings.overloadStatus);
    // Where there is no limit, nothing is over it, and the answer that stands there is not used.
    this.overEveryonesLimit =
        settings.limit == null ? overload : Rejections.ofLimit(settings.limit, "global");
    this.overClientsLimit =
        settings.perClient == null ? overload : Rejections.ofLimit(settings.perClient, "per-ip");
    this.description = settings.toString();
    LOG.log(System.Logger.Level.INFO, description);
  }

  /**
   * A shield as the configuration wants it; without one, {@code per-client} is 100/s and {@code in-flight} 1000.
   *
   * <p>A thousand requests in flight is more than most servers finish in good time, and few enough for memory and connections to hold;
   * it keeps a server that has come to a halt from piling up work without end.
   *
   * <p>Looked at in this order, setting by setting:
   * <ol>
   *   <li>system properties such as {@code flowshield.per-client},
   *   <li>environment variables such as {@code FLOWSHIELD_PER_CLIENT},
   *   <li>{@code flowshield.properties} on the class path, with lines such as {@code per-client=100/s}, in UTF-8; of several the first,
   *   <li>the default.
   * </ol>
   *
   * <p>The settings are those of the {@linkplain #builder() builder}: {@code limit}, {@code per-client}, {@code limiter},
   * {@code max-clients}, {@code in-flight}, {@code health-paths} (with commas between), {@code overload-status}. The limits,
   * {@code in-flight} and {@code health-paths} may be {@code off}.
   *
   * @throws IllegalArgumentException if a setting is not known or not possible; the message names each with its source, what is allowed
   *     and how to mend it
   */
  public static HttpShield fromConfiguration() {
    return fromConfiguration(Map.of());
  }

  /**
   * As {@link #fromConfiguration()}, with settings that stand between the environment and the file: those given where the shield is put
   * to work, such as the parameters of a filter.
   *
   * @param settings such as {@code per-client} to {@code 100/s}
   * @throws IllegalArgumentException if a setting is not known or not possible
   */
  public static HttpShield fromConfiguration(Map<String, String> settings) {
    return ConfigurationSources.current(settings).shield();
  }

  /** The names of the settings that {@link #fromConfiguration(Map)} knows, for those who offer them in a language of their own. */
  public static Set<String> settings() {
    return Configuration.KNOWN;
  }

  /**
   * Starts with nothing limited and the usual health paths left alone; say at least one of limit, limit per client, and requests in
   * flight.
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Asks whether a request may run. If it is {@link HttpAdmitted}, let it and close that when the work has ended; if it is
   * {@link HttpRejection}, write that.
   */
  public HttpAdmission admit(RequestView request) {
    if (healthPaths.contains(request.path())) {
      return HttpAdmitted.WITHOUT_PLACE;
    }
    Mark earlier = request.mark() instanceof Mark mark ? mark : null;
    if (earlier != null && earlier.isOf(this)) {
      return HttpAdmitted.WITHOUT_PLACE;
    }
    Admission admission = shield.admit(IpAddress.keyOf(request.peerAddress()));
    if (admission instanceof Refusal refusal) {
      return rejection(refusal, request);
    }
    Admitted admitted = (Admitted) admission;
    try {
      request.mark(earlier == null ? onlyMark : new Mark(this, earlier));
      return new HttpAdmitted(admitted, unfinished);
    } catch (Throwable failure) { // a server may run listeners of the application's own
      admitted.failed();
      admitted.close();
      throw failure;
    }
  }

  /** What was done so far. Requests that are left alone are not counted. Not for every request. */
  public ShieldStats stats() {
    return shield.stats();
  }

  /** What is active, in one line; the same that was logged at the start. */
  @Override
  public String toString() {
    return description;
  }

  private HttpRejection rejection(Refusal refusal, RequestView request) {
    Rejections answers = overload;
    if (refusal instanceof OverLimit spent) {
      answers = spent.scope() == Scope.TOGETHER ? overEveryonesLimit : overClientsLimit;
    }
    HttpRejection answer = answers.after(refusal.retryAfterNanos());
    if (BodyOnItsWay.isLong(request)) {
      answer = answer.closingConnection();
    }
    return request.method().equals("HEAD") ? answer.withoutBody() : answer;
  }

  /** Left at a request by each shield that has admitted it. */
  private record Mark(HttpShield shield, @Nullable Mark before) {

    boolean isOf(HttpShield sought) {
      for (Mark mark = this; mark != null; mark = mark.before) {
        if (mark.shield == sought) {
          return true;
        }
      }
      return false;
    }
  }

  /** The settings of a shield. Not thread-safe; may build several shields, each with allowances of its own. */
  public static final class Builder {

    private static final int LEAST_STATUS = 400;
    private static final int MOST_STATUS = 599;

    private final FlowShieldBuilder engine = FlowShield.builder();
    private @Nullable RateLimit limit;
    private @Nullable RateLimit perClient;
    private String limiter = "token-bucket";
    private int maxClients = LimiterSpec.DEFAULT_MAX_CLIENTS;
    private int inFlight = Integer.MAX_VALUE;
    private HealthPaths healthPaths = HealthPaths.DEFAULT;
    private int overloadStatus = 503;

    private Builder() {}

    /** What everyone together may, as text. See {@link RateLimit#parse(String)}. */
    public Builder limit(String everyone) {
      return limit(RateLimit.parse(everyone));
    }

    /** What everyone together may. */
    public Builder limit(RateLimit everyone) {
      engine.limit(everyone);
      this.limit = everyone;
      return this;
    }

    /** What each client address may, as text. See {@link RateLimit#parse(String)}. */
    public Builder perClient(String each) {
      return perClient(RateLimit.parse(each));
    }

    /** What each client address may. */
    public Builder perClient(RateLimit each) {
      engine.perClient(each);
      this.perClient = each;
      return this;
    }

    /** Who keeps the limit per client. See {@link FlowShieldBuilder#limiter(String)}. */
    public Builder limiter(String name) {
      engine.limiter(name);
      this.limiter = name;
      return this;
    }

    /** How many clients to tell apart. See {@link FlowShieldBuilder#maxClients(int)}. */
    public Builder maxClients(int most) {
      engine.maxClients(most);
      this.maxClients = most;
      return this;
    }

    /**
     * The most requests in flight, whoever sent them; no cap unless set.
     *
     * @throws IllegalArgumentException if it is not 1 to 1,000,000
     */
    public Builder inFlight(int most) {
      engine.inFlight(most);
      this.inFlight = most;
      return this;
    }

    /**
     * The paths to leave alone instead of the usual ones: {@code /healthz} is that path, {@code /actuator/health/**} that path and all
     * below it; none at all leaves nothing alone. Usual are {@code /health}, {@code /healthz}, {@code /livez}, {@code /readyz},
     * {@code /health/live}, {@code /health/ready} and {@code /actuator/health/**}. A request for one is neither counted nor refused, so
     * what answers there has to be cheap.
     *
     * @throws IllegalArgumentException if a path is not in that form
     */
    public Builder healthPaths(String... paths) {
      this.healthPaths = new HealthPaths(List.of(paths));
      return this;
    }

    /**
     * The status of the answer when the server is full, 503 unless set. Some servers close the connection after a 503; with 429 they do
     * not.
     *
     * @throws IllegalArgumentException if it is not 400 to 599
     */
    public Builder overloadStatus(int status) {
      if (status < LEAST_STATUS || status > MOST_STATUS) {
        throw new IllegalArgumentException("overloadStatus must be 400 to 599, got " + status
            + ": choose 503, or 429 to keep connections open");
      }
      this.overloadStatus = status;
      return this;
    }

    /** Where to read the time; for tests. */
    public Builder ticker(Ticker source) {
      engine.ticker(source);
      return this;
    }

    /** Where to read the wall clock, as the shield is built, for limits that follow the calendar; for tests. */
    public Builder instantSource(InstantSource source) {
      engine.instantSource(source);
      return this;
    }

    /**
     * Builds the shield, and logs in one line what is active.
     *
     * @throws IllegalStateException if nothing is limited, or settings do not fit together
     * @throws IllegalArgumentException if a limit is outside the range of its limiter, no limiter has the name, or maxClients is not 1
     *     to 100,000,000
     */
    public HttpShield build() {
      return new HttpShield(this);
    }

    /** What would be active, in one line. */
    @Override
    public String toString() {
      StringJoiner active = new StringJoiner("; ", "FlowShield: ", "");
      if (limit != null) {
        active.add("everyone together " + limit + worstCase(limit));
      }
      if (perClient != null) {
        // What another limiter makes of a burst is for it to say.
        boolean own = limiter.equals("token-bucket");
        active.add("each client " + perClient + (own ? worstCase(perClient) : " by " + limiter));
        active.add("up to " + plain(maxClients) + " clients told apart");
      }
      if (inFlight != Integer.MAX_VALUE) {
        active.add("at most " + plain(inFlight) + " requests in flight, else " + overloadStatus);
      }
      return active.add("left alone: " + healthPaths).toString();
    }

    private static String worstCase(RateLimit limit) {
      String rate = RateLimit.of(limit.permits(), limit.period()).toString();
      String period = rate.substring(rate.indexOf('/') + 1);
      String span = Character.isDigit(period.charAt(0)) ? period : "1" + period;
      return " (at most " + plain(limit.worstCase()) + " in any " + span + ")";
    }

    private static String plain(long number) {
      return String.format(Locale.ROOT, "%,d", number);
    }
  }
}
