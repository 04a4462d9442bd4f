package dev.flowshield.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.Blocked;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.OverLimit;
import dev.flowshield.engine.Rejection;
import dev.flowshield.engine.Shed;
import dev.flowshield.http.HttpAnswer.Field;
import dev.flowshield.http.OpenStreams.Room;
import dev.flowshield.http.answer.Accept;
import dev.flowshield.http.answer.Bodies;
import dev.flowshield.http.answer.BodyKind;
import dev.flowshield.http.answer.Pages;
import dev.flowshield.http.answer.RateLimitFields;
import dev.flowshield.http.answer.Reason;
import dev.flowshield.http.policy.PolicyKey;
import dev.flowshield.http.policy.PolicyKey.Kind;
import dev.flowshield.http.policy.PolicyTable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The answers to rejections. They say what the engine says, so they follow a limit that is changed.
 *
 * <p>Thread-safe, lock-free. Answers are made once for each rate, kind of body and wait, in bounded
 * memory.
 */
final class Answers {

  private static final int FORBIDDEN = 403;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final HttpAnswer DENIED_AS_JSON = denied(
      BodyKind.JSON, "{\"status\":\"denied\",\"message\":\"Access denied\",\"retry_after\":null}");
  private static final HttpAnswer DENIED_AS_PROBLEM =
      denied(BodyKind.PROBLEM, "{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403}");
  private static final HttpAnswer DENIED_AS_TEXT = denied(BodyKind.TEXT, "Access denied\n");

  // When a stream will end is not known. They last, so a client need not ask each second.
  private static final Shed WITHOUT_ROOM = new Shed(Duration.ofSeconds(5).toNanos());

  private static final String TOO_COSTLY =
      "This request costs more than its limit ever admits, so trying again does not help";
  private static final String TOO_COSTLY_AS_JSON =
      "{\"status\":\"rejected\",\"message\":\"" + TOO_COSTLY + "\",\"retry_after\":null}";

  private static final int MOST_RATES = 256; // at most 300 kB each, and most need 5

  private static final int PARTS_OF_WINDOW = 20;
  private static final long MOST_SPREAD_SECONDS = 60;

  private final AnswerSettings settings;
  private final PolicyTable policies;
  private final Set<String> calendar;
  private final BodyKind usualKind;
  private final @Nullable RejectionRenderer renderer;
  private final Pages pages = new Pages();
  private final List<Field> pageFields = List.of(
      new Field("X-Content-Type-Options", "nosniff"),
      new Field("Content-Security-Policy", pages.contentSecurityPolicy()));

  private final ReadyAnswers shed;
  private final ReadyAnswers blocked;
  private final ReadyAnswers streamsOfClient;
  private final Map<String, Map<RateLimit, ReadyAnswers>> together = new ConcurrentHashMap<>();
  private final Map<String, Map<RateLimit, ReadyAnswers>> each = new ConcurrentHashMap<>();
  private final AtomicInteger rates = new AtomicInteger();

  /**
   * Answers as these settings want them.
   *
   * @param calendar the names of the limits that give all clients their permits back at one moment
   */
  Answers(AnswerSettings settings, PolicyTable policies, Set<String> calendar) {
    this.settings = settings;
    this.policies = policies;
    this.calendar = Set.copyOf(calendar);
    this.usualKind = settings.body() == BodyFormat.PROBLEM ? BodyKind.PROBLEM : BodyKind.JSON;
    RejectionRenderer own = settings.renderer();
    this.renderer = own == null ? null : new CarefulRenderer(own);
    // No number is told: how much the server can do is none of the client's business.
    this.shed = withoutLimit(Reason.SERVER_BUSY, settings.overloadStatus(), "overload");
    this.blocked = withoutLimit(Reason.BLOCKED, TOO_MANY_REQUESTS, "per-ip");
    this.streamsOfClient = withoutLimit(Reason.CLIENT_STREAMS, TOO_MANY_REQUESTS, "streams");
  }

  private static HttpAnswer denied(BodyKind kind, String body) {
    return HttpAnswer.forGood(FORBIDDEN, kind.contentType(), body.getBytes(UTF_8));
  }

  private ReadyAnswers withoutLimit(Reason reason, int status, String mode) {
    return new ReadyAnswers(status, Bodies.of(reason, status, mode, pages), null, pageFields);
  }

  /** The status where the server is full. */
  int overloadStatus() {
    return settings.overloadStatus();
  }

  /** The answer to a request that was rejected. */
  HttpAnswer to(RequestView request, Rejection rejection) {
    return rendered(proposed(request, rejection), request, rejection);
  }

  /** The answer to a request for a stream for which there is no room. */
  HttpAnswer withoutRoom(RequestView request, Room room) {
    ReadyAnswers ready = room == Room.NONE_FOR_CLIENT ? streamsOfClient : shed;
    long seconds = RateLimitFields.seconds(WITHOUT_ROOM.retryAfterNanos());
    return rendered(ready.of(kind(request), seconds, 0), request, WITHOUT_ROOM);
  }

  private HttpAnswer rendered(HttpAnswer proposed, RequestView request, Rejection rejection) {
    return finished(
        renderer == null ? proposed : renderer.render(proposed, request, rejection), request);
  }

  /** The answer to a request of a client, or for a path, that is denied. */
  HttpAnswer denied(RequestView request) {
    BodyKind kind = kind(request);
    return finished(
        kind == BodyKind.JSON
            ? DENIED_AS_JSON
            : kind == BodyKind.PROBLEM ? DENIED_AS_PROBLEM : DENIED_AS_TEXT,
        request);
  }

  private HttpAnswer finished(HttpAnswer proposed, RequestView request) {
    HttpAnswer answer = settings.crossOrigin().readable(proposed, request);
    if (PendingBody.isLong(request)) {
      answer = answer.closingConnection();
    }
    return request.method().equals("HEAD") ? answer.withoutBody() : answer;
  }

  private HttpAnswer proposed(RequestView request, Rejection rejection) {
    BodyKind kind = kind(request);
    if (rejection instanceof OverLimit tooCostly && !tooCostly.isRetryable()) {
      return forGood(kind, tooCostly);
    }
    long seconds = RateLimitFields.seconds(rejection.retryAfterNanos());
    if (!(rejection instanceof OverLimit spent)) {
      return (rejection instanceof Blocked ? blocked : shed).of(kind, seconds, 0);
    }
    if (!calendar.isEmpty() && calendar.contains(spent.name())) {
      seconds += spread(spent.limit());
    }
    HttpAnswer answer = ready(spent).of(kind, seconds, spent.remaining());
    return settings.legacyFields() == LegacyFields.EPOCH && isTold(spent)
        ? answer.with(LimitFields.legacy(
            spent.limit(), spent.remaining(), seconds, settings.clock().millis()))
        : answer;
  }

  /** The answer to a request that no wait helps: without {@code Retry-After}, which is optional. */
  private HttpAnswer forGood(BodyKind kind, OverLimit tooCostly) {
    int status = policies.status(tooCostly.name());
    HttpAnswer answer = kind == BodyKind.PROBLEM
        ? HttpAnswer.forGood(
            status,
            kind.contentType(),
            Bodies.of(Reason.CLIENT_OVER_LIMIT, status, "", pages).body(kind, 0))
        : kind == BodyKind.JSON
            ? HttpAnswer.forGood(status, kind.contentType(), TOO_COSTLY_AS_JSON.getBytes(UTF_8))
            : HttpAnswer.forGood(
                status, BodyKind.TEXT.contentType(), (TOO_COSTLY + "\n").getBytes(UTF_8));
    return settings.fields() != FieldsMode.OFF && isTold(tooCostly)
        ? answer.with(List.of(new Field(
            RateLimitFields.POLICY_NAME,
            RateLimitFields.policy(tooCostly.name(), tooCostly.limit()))))
        : answer;
  }

  /** Clients that wait for one moment are not to come back in one crowd. */
  private static long spread(RateLimit limit) {
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

  private ReadyAnswers ready(OverLimit spent) {
    Map<RateLimit, ReadyAnswers> ofName = kept(spent).get(spent.name());
    ReadyAnswers known = ofName == null ? null : ofName.get(spent.limit());
    return known == null ? make(spent) : known;
  }

  private ReadyAnswers make(OverLimit spent) {
    boolean isEach = spent.scope() == Scope.EACH;
    PolicyKey key = policies.key(spent.name());
    boolean isTold = isTold(spent);
    int status = policies.status(spent.name());
    Bodies bodies = Bodies.ofLimit(
        isEach ? Reason.CLIENT_OVER_LIMIT : Reason.ALL_OVER_LIMIT,
        status,
        isTold ? spent.name() : null,
        mode(isEach, key),
        spent.limit().permits(),
        pages);
    ReadyAnswers made = new ReadyAnswers(
        status,
        bodies,
        isTold ? new LimitFields(spent.name(), spent.limit(), settings) : null,
        pageFields);
    if (rates.incrementAndGet() > MOST_RATES) { // most are of limits that were changed since
      rates.set(1);
      together.clear();
      each.clear();
    }
    kept(spent)
        .computeIfAbsent(spent.name(), absent -> new ConcurrentHashMap<>())
        .put(spent.limit(), made);
    return made;
  }

  /** Whether clients are told how a limit stands: theirs for certain, and no other. */
  private boolean isTold(OverLimit spent) {
    PolicyKey key = policies.key(spent.name());
    return spent.scope() == Scope.EACH && (key == null || key.isProven());
  }

  private static String mode(boolean isEach, @Nullable PolicyKey key) {
    return !isEach ? "global" : key == null || key.kind() == Kind.ADDRESS ? "per-ip" : "per-key";
  }

  private Map<String, Map<RateLimit, ReadyAnswers>> kept(OverLimit spent) {
    return spent.scope() == Scope.EACH ? each : together;
  }
}
