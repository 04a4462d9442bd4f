package dev.flowshield.http.answer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.Blocked;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.OverLimit;
import dev.flowshield.engine.Rejection;
import dev.flowshield.engine.Shed;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.exchange.BodyFormat;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.LegacyHeaders;
import dev.flowshield.http.exchange.RejectionRenderer;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import dev.flowshield.http.policy.PolicyKey;
import dev.flowshield.http.policy.PolicyKey.Kind;
import dev.flowshield.http.policy.PolicyTable;
import dev.flowshield.http.stream.OpenStreams.Room;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The responses to rejections. They use the limit that the engine reports, and therefore follow its
 * changes.
 *
 * <p>Thread-safe, lock-free. A response is created once for each rate, kind of body and wait, in
 * bounded memory.
 */
public final class Responses {

  private static final int FORBIDDEN = 403;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final ShieldResponse DENIED_AS_JSON = denied(
      BodyKind.JSON, "{\"status\":\"denied\",\"message\":\"Access denied\",\"retry_after\":null}");
  private static final ShieldResponse DENIED_AS_PROBLEM =
      denied(BodyKind.PROBLEM, "{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403}");
  private static final ShieldResponse DENIED_AS_TEXT = denied(BodyKind.TEXT, "Access denied\n");

  // The end of a stream is unknown. Streams last, so a client need not retry each second.
  private static final Shed WITHOUT_ROOM = new Shed(Duration.ofSeconds(5).toNanos());

  private static final String TOO_COSTLY =
      "This request costs more than its limit ever admits, so trying again does not help";
  private static final String TOO_COSTLY_AS_JSON =
      "{\"status\":\"rejected\",\"message\":\"" + TOO_COSTLY + "\",\"retry_after\":null}";

  private static final int MOST_RATES = 256; // at most 300 kB each, and most need 5

  private static final int PARTS_OF_WINDOW = 20;
  private static final long MOST_SPREAD_SECONDS = 60;

  private final ResponseSettings settings;
  private final PolicyTable policies;
  private final Set<String> calendar;
  private final BodyKind usualKind;
  private final @Nullable RejectionRenderer renderer;
  private final Pages pages = new Pages();
  private final List<Header> pageHeaders = List.of(
      new Header("X-Content-Type-Options", "nosniff"),
      new Header("Content-Security-Policy", pages.contentSecurityPolicy()));

  private final ResponseCache shed;
  private final ResponseCache blocked;
  private final ResponseCache streamsOfClient;
  private final Map<String, Map<RateLimit, ResponseCache>> together = new ConcurrentHashMap<>();
  private final Map<String, Map<RateLimit, ResponseCache>> each = new ConcurrentHashMap<>();
  private final AtomicInteger rates = new AtomicInteger();

  /**
   * Creates the responses for these settings.
   *
   * @param calendar the names of the limits that refill for all clients at the same time
   */
  public Responses(ResponseSettings settings, PolicyTable policies, Set<String> calendar) {
    this.settings = settings;
    this.policies = policies;
    this.calendar = Set.copyOf(calendar);
    this.usualKind = settings.body() == BodyFormat.PROBLEM ? BodyKind.PROBLEM : BodyKind.JSON;
    RejectionRenderer own = settings.renderer();
    this.renderer = own == null ? null : new SafeRenderer(own);
    // Without a number: the capacity of the server is not the client's business.
    this.shed = withoutLimit(RejectionReason.SERVER_BUSY, settings.overloadStatus(), "overload");
    this.blocked = withoutLimit(RejectionReason.BLOCKED, TOO_MANY_REQUESTS, "per-ip");
    this.streamsOfClient =
        withoutLimit(RejectionReason.CLIENT_STREAMS, TOO_MANY_REQUESTS, "streams");
  }

  private static ShieldResponse denied(BodyKind kind, String body) {
    return ShieldResponse.wrap(FORBIDDEN, kind.contentType(), body.getBytes(UTF_8));
  }

  private ResponseCache withoutLimit(RejectionReason reason, int status, String mode) {
    return new ResponseCache(status, Bodies.of(reason, status, mode, pages), null, pageHeaders);
  }

  /** Returns the status of a response by a full server. */
  public int overloadStatus() {
    return settings.overloadStatus();
  }

  /** Returns the response to a rejected request. */
  public ShieldResponse to(RequestView request, Rejection rejection) {
    return rendered(proposed(request, rejection), request, rejection);
  }

  /** Returns the response to a request for a stream for which there is no room. */
  public ShieldResponse withoutRoom(RequestView request, Room room) {
    ResponseCache cache = room == Room.NONE_FOR_CLIENT ? streamsOfClient : shed;
    long seconds = RateLimitHeaderValues.seconds(WITHOUT_ROOM.retryAfterNanos());
    return rendered(cache.of(kind(request), seconds, 0), request, WITHOUT_ROOM);
  }

  private ShieldResponse rendered(
      ShieldResponse proposed, RequestView request, Rejection rejection) {
    return finished(
        renderer == null ? proposed : renderer.render(proposed, request, rejection), request);
  }

  /** Returns the response to a request whose client or path is denied. */
  public ShieldResponse denied(RequestView request) {
    BodyKind kind = kind(request);
    return finished(
        kind == BodyKind.JSON
            ? DENIED_AS_JSON
            : kind == BodyKind.PROBLEM ? DENIED_AS_PROBLEM : DENIED_AS_TEXT,
        request);
  }

  private ShieldResponse finished(ShieldResponse proposed, RequestView request) {
    ShieldResponse response = settings.crossOrigin().readable(proposed, request);
    if (PendingBody.isLong(request)) {
      response = response.closingConnection();
    }
    return request.method().equals("HEAD") ? response.withoutBody() : response;
  }

  private ShieldResponse proposed(RequestView request, Rejection rejection) {
    BodyKind kind = kind(request);
    if (rejection instanceof OverLimit tooCostly && !tooCostly.isRetryable()) {
      return tooCostly(kind, tooCostly);
    }
    long seconds = RateLimitHeaderValues.seconds(rejection.retryAfterNanos());
    if (!(rejection instanceof OverLimit spent)) {
      return (rejection instanceof Blocked ? blocked : shed).of(kind, seconds, 0);
    }
    if (!calendar.isEmpty() && calendar.contains(spent.name())) {
      seconds += jitter(spent.limit());
    }
    ShieldResponse response = cache(spent).of(kind, seconds, spent.remaining());
    return settings.legacyHeaders() == LegacyHeaders.EPOCH && isVisible(spent)
        ? response.withMissing(RejectionHeaders.legacy(
            spent.limit(), spent.remaining(), seconds, settings.clock().millis()))
        : response;
  }

  /** Returns the response to a request that no retry helps: without {@code Retry-After}. */
  private ShieldResponse tooCostly(BodyKind kind, OverLimit tooCostly) {
    int status = policies.status(tooCostly.name());
    ShieldResponse response = kind == BodyKind.PROBLEM
        ? ShieldResponse.wrap(
            status,
            kind.contentType(),
            Bodies.of(RejectionReason.CLIENT_OVER_LIMIT, status, "", pages).body(kind, 0))
        : kind == BodyKind.JSON
            ? ShieldResponse.wrap(status, kind.contentType(), TOO_COSTLY_AS_JSON.getBytes(UTF_8))
            : ShieldResponse.wrap(
                status, BodyKind.TEXT.contentType(), (TOO_COSTLY + "\n").getBytes(UTF_8));
    return settings.headers() != HeaderMode.OFF && isVisible(tooCostly)
        ? response.withMissing(List.of(new Header(
            RateLimitHeaderValues.POLICY_NAME,
            RateLimitHeaderValues.policy(tooCostly.name(), tooCostly.limit()))))
        : response;
  }

  /** Returns a random delay, so that clients that wait for one moment do not retry at once. */
  private static long jitter(RateLimit limit) {
    long most = Math.min(limit.period().toSeconds() / PARTS_OF_WINDOW, MOST_SPREAD_SECONDS);
    return most == 0 ? 0 : ThreadLocalRandom.current().nextLong(most + 1);
  }

  private BodyKind kind(RequestView request) {
    BodyKind kind = Accept.choose(request.header("Accept"), usualKind);
    return kind == BodyKind.HTML && !isRepeatable(request.method())
        ? BodyKind.HTML_WITH_BUTTON
        : kind;
  }

  private static boolean isRepeatable(String method) {
    return method.equals("GET") || method.equals("HEAD");
  }

  private ResponseCache cache(OverLimit spent) {
    Map<RateLimit, ResponseCache> ofName = caches(spent).get(spent.name());
    ResponseCache known = ofName == null ? null : ofName.get(spent.limit());
    return known == null ? make(spent) : known;
  }

  private ResponseCache make(OverLimit spent) {
    boolean isEach = spent.scope() == Scope.EACH;
    PolicyKey key = policies.key(spent.name());
    boolean isVisible = isVisible(spent);
    int status = policies.status(spent.name());
    Bodies bodies = Bodies.ofLimit(
        isEach ? RejectionReason.CLIENT_OVER_LIMIT : RejectionReason.ALL_OVER_LIMIT,
        status,
        isVisible ? spent.name() : null,
        mode(isEach, key),
        spent.limit().permits(),
        pages);
    ResponseCache made = new ResponseCache(
        status,
        bodies,
        isVisible ? new RejectionHeaders(spent.name(), spent.limit(), settings) : null,
        pageHeaders);
    if (rates.incrementAndGet() > MOST_RATES) { // most are of limits that were changed since
      rates.set(1);
      together.clear();
      each.clear();
    }
    caches(spent)
        .computeIfAbsent(spent.name(), absent -> new ConcurrentHashMap<>())
        .put(spent.limit(), made);
    return made;
  }

  /** Returns whether the client may know the status of a limit: only if it is certainly its own. */
  private boolean isVisible(OverLimit spent) {
    PolicyKey key = policies.key(spent.name());
    return spent.scope() == Scope.EACH && (key == null || key.isProven());
  }

  private static String mode(boolean isEach, @Nullable PolicyKey key) {
    return !isEach ? "global" : key == null || key.kind() == Kind.ADDRESS ? "per-ip" : "per-key";
  }

  private Map<String, Map<RateLimit, ResponseCache>> caches(OverLimit spent) {
    return spent.scope() == Scope.EACH ? each : together;
  }
}
