package dev.flowshield.console;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.exchange.Finding;
import dev.flowshield.http.exchange.RequestInterceptor;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The console of a shield: the page at its path, the state at {@code <path>/state} and actions at
 * {@code <path>/action}.
 *
 * <p>Requests for other paths cost one comparison. A request whose path the server has decoded or
 * resolved is never for the console. Thread-safe.
 */
final class Console implements RequestInterceptor {

  private static final Logger LOG = System.getLogger("dev.flowshield.console");

  static final String ACTION_HEADER = "FlowShield-Action";

  /** The header by which the page reports that the browser does not trust its connection. */
  static final String INSECURE_HEADER = "FlowShield-Insecure";

  private static final String STATE = "/state";
  private static final String ACTION = "/action";
  private static final String JSON = "application/json";
  private static final String REQUESTS = "20/s";
  private static final long KEPT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final String POLICY = "Content-Security-Policy";

  private static final List<Header> SECURITY = List.of(
      new Header("X-Content-Type-Options", "nosniff"),
      new Header("X-Frame-Options", "DENY"),
      new Header("Referrer-Policy", "no-referrer"),
      new Header("Cross-Origin-Resource-Policy", "same-origin"),
      new Header("Cross-Origin-Opener-Policy", "same-origin"),
      new Header(POLICY, "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"));

  private static final Finding PLAIN_HTTP = new Finding(
      "FS120",
      "the password of the console must be sent over TLS, got a page over plain HTTP from another"
          + " machine: let a proxy or the server speak HTTPS, or set console=local");

  private record State(ShieldResponse response, long nanos) {}

  private final HttpShield shield;
  private final String path;
  private final @Nullable PasswordAccess password; // null if the console is for this machine
  private final Consumer<? super Finding> findings;
  private final Ticker ticker;
  private final RateLimiter requests;
  private final Actions actions;
  private final ShieldResponse page;
  private final ShieldResponse unauthorized;
  private volatile @Nullable State state;

  Console(
      HttpShield shield,
      String path,
      @Nullable String password,
      Consumer<? super Finding> findings,
      Ticker ticker) {
    this.shield = shield;
    this.path = path;
    this.password = password == null ? null : new PasswordAccess(password, ticker);
    this.findings = findings;
    this.ticker = ticker;
    this.requests = RateLimiter.of(LimiterSpec.of(REQUESTS).withTicker(ticker));
    this.actions = new Actions(shield);
    Page html = Page.of(path);
    this.page = ShieldResponse.wrap(
            200, "text/html; charset=utf-8", html.html().getBytes(StandardCharsets.UTF_8))
        .with(POLICY, html.policy())
        .withMissing(SECURITY);
    this.unauthorized = problem(401, "the console needs its password")
        .with("WWW-Authenticate", "Basic realm=\"FlowShield\", charset=\"UTF-8\"");
  }

  @Override
  public @Nullable ShieldResponse answer(RequestView request) {
    String requested = request.path();
    return requested.startsWith(path) ? answer(request, requested) : null;
  }

  private @Nullable ShieldResponse answer(RequestView request, String requested) {
    String rest = requested.substring(path.length());
    boolean isOurs = rest.isEmpty() || rest.equals(STATE) || rest.equals(ACTION);
    if (!isOurs || !request.spellings().isEmpty()) {
      return null;
    }
    ShieldResponse refusal = null;
    if (password != null) {
      refusal = refusal(password.check(request, shield.keyOf(request)));
    } else if (!LocalRequest.is(request) || !isItsOwnClient(request)) {
      return null; // as if there were no console
    }
    ShieldResponse response = refusal == null ? permitted(request, rest) : refusal;
    return request.method().equals("HEAD") ? response.withoutBody() : response;
  }

  /** Returns whether the shield, too, takes the peer for the client, and knows of no proxy. */
  private boolean isItsOwnClient(RequestView request) {
    String peer = request.peerAddress();
    return peer != null && shield.keyOf(request).equals(shield.keyOf(peer));
  }

  private @Nullable ShieldResponse refusal(PasswordAccess.Outcome outcome) {
    return switch (outcome) {
      case GRANTED -> null;
      case DENIED -> unauthorized;
      case LOCKED ->
        problem(429, "too many wrong passwords from this client").with("Retry-After", "60");
    };
  }

  private ShieldResponse permitted(RequestView request, String rest) {
    boolean isAction = rest.equals(ACTION);
    String method = request.method();
    if (isAction ? !method.equals("POST") : !method.equals("GET") && !method.equals("HEAD")) {
      return problem(405, "the method must be " + (isAction ? "POST" : "GET"))
          .with("Allow", isAction ? "POST" : "GET, HEAD");
    }
    if (rest.isEmpty()) {
      return page;
    }
    if (!isSameSite(request, isAction)) {
      return problem(403, "a page of another site must not use the console");
    }
    if (!requests.tryAcquire()) { // last, so that pages of other sites use none up
      return problem(429, "the console answers 20 requests a second").with("Retry-After", "1");
    }
    if (password != null && request.header(INSECURE_HEADER) != null) {
      findings.accept(PLAIN_HTTP);
    }
    return isAction ? act(request) : state();
  }

  /**
   * Returns whether no page of another site has made the browser send this request. The browser
   * states that itself; one that does not, on plain HTTP, states the origin of a page that posts. A
   * person may open the state in a tab, which is a request of no site.
   */
  private static boolean isSameSite(RequestView request, boolean isAction) {
    List<String> sites = request.headers("Sec-Fetch-Site");
    if (sites.size() > 1) {
      return false;
    }
    if (sites.isEmpty()) {
      return isOfThisOrigin(request.headers("Origin"), request.headers("Host"));
    }
    String site = sites.get(0);
    return site.equals("same-origin") || (!isAction && site.equals("none"));
  }

  private static boolean isOfThisOrigin(List<String> origins, List<String> hosts) {
    if (origins.isEmpty()) {
      return true;
    }
    String origin = origins.get(0);
    return origins.size() == 1
        && hosts.size() == 1
        && (origin.equalsIgnoreCase("http://" + hosts.get(0))
            || origin.equalsIgnoreCase("https://" + hosts.get(0)));
  }

  private ShieldResponse act(RequestView request) {
    List<String> header = request.headers(ACTION_HEADER);
    if (header.isEmpty()) { // which a form of another site cannot send
      return problem(403, "an action must be in the header " + ACTION_HEADER);
    }
    try {
      String done = actions.run(ActionRequest.parse(header));
      state = null; // show the change at once
      return json(200, done);
    } catch (IllegalArgumentException
        | IllegalStateException
        | UnsupportedOperationException
        | ArithmeticException impossible) {
      return problem(400, String.valueOf(impossible.getMessage()));
    } catch (RuntimeException failure) { // of a store or limiter of another kind
      LOG.log(Level.WARNING, "FlowShield: an action of the console failed", failure);
      return problem(500, "the action failed, see the log of the server");
    }
  }

  private ShieldResponse state() {
    State kept = state;
    long now = ticker.nanos();
    if (kept == null || now - kept.nanos >= KEPT_NANOS) {
      kept = new State(json(200, StateJson.of(shield)), now);
      state = kept;
    }
    return kept.response;
  }

  private static ShieldResponse problem(int status, String text) {
    return json(status, new JsonText().object().put("problem", text).endObject().toString());
  }

  private static ShieldResponse json(int status, String json) {
    return ShieldResponse.wrap(status, JSON, json.getBytes(StandardCharsets.UTF_8))
        .withMissing(SECURITY);
  }
}
