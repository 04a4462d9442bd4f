package dev.flowshield.console;

import static dev.flowshield.console.Consoles.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.ConsoleAccess;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page, the methods, and the rules against other sites. */
class ConsoleTest {

  private final Consoles it = new Consoles(null);

  private ShieldResponse answer(Asked request) {
    return Objects.requireNonNull(it.console.answer(request));
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /flowshield, 200",
    "HEAD, /flowshield, 200",
    "GET, /flowshield/state, 200",
    "HEAD, /flowshield/state, 200",
    "POST, /flowshield, 405",
    "POST, /flowshield/state, 405",
    "OPTIONS, /flowshield/action, 405",
    "PUT, /flowshield/action, 405",
    "GET, /flowshield/action, 405",
    "HEAD, /flowshield/action, 405",
    "BREW, /flowshield, 405"
  })
  void hasTheMethodsOfHttp(String method, String path, int status) {
    assertThat(it.status(Asked.of(method, path))).isEqualTo(status);
  }

  @Test
  void answersHeadWithoutABody() {
    assertThat(answer(Asked.of("HEAD", "/flowshield")).body()).isEmpty();
  }

  @Test
  void changesNothingByAnythingButPost() {
    for (String method : List.of("GET", "HEAD", "OPTIONS", "PUT", "post")) {
      Asked request = Asked.of(method, "/flowshield/action")
          .with(Console.ACTION_HEADER, "action=limit&limit=client&to=1/s");
      assertThat(it.status(request)).isEqualTo(405);
    }
    assertThat(it.shield.engine().limits()).hasToString("[client: 100/s each]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/flowshield", "/flowshield/state", "/flowshield/action"})
  void hasTheHeadersThatStopFramingSniffingAndCaching(String path) {
    for (Consoles each : List.of(it, new Consoles(PASSWORD))) { // answers with 401, too
      ShieldResponse response = Objects.requireNonNull(each.console.answer(Asked.get(path)));
      assertThat(response.headers())
          .contains(
              new Header("Cache-Control", "no-store"),
              new Header("X-Content-Type-Options", "nosniff"),
              new Header("X-Frame-Options", "DENY"),
              new Header("Referrer-Policy", "no-referrer"),
              new Header("Cross-Origin-Resource-Policy", "same-origin"))
          .extracting(Header::name)
          .doesNotContain("Set-Cookie", "Access-Control-Allow-Origin");
      assertThat(header(response, "Content-Security-Policy"))
          .contains("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
          .doesNotContain("unsafe", "*", "http:", "https:");
    }
  }

  private static String header(ShieldResponse response, String name) {
    return response.headers().stream()
        .filter(header -> header.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value();
  }

  /** Injected text cannot run, because its hash is not in the policy. */
  @Test
  void allowsTheScriptAndTheStyleOfThePageAlone() throws Exception {
    ShieldResponse page = answer(Asked.get("/flowshield"));
    String html = new String(page.body(), StandardCharsets.UTF_8);
    String policy = header(page, "Content-Security-Policy");

    for (String tag : List.of("script", "style")) {
      Matcher found = Pattern.compile("<" + tag + "[^>]*>(.*?)</" + tag + ">", Pattern.DOTALL)
          .matcher(html);
      assertThat(found.find()).isTrue();
      byte[] digest = MessageDigest.getInstance("SHA-256")
          .digest(found.group(1).getBytes(StandardCharsets.UTF_8));
      assertThat(policy)
          .contains(tag + "-src 'sha256-" + Base64.getEncoder().encodeToString(digest) + "'");
      assertThat(found.find()).as("a second " + tag).isFalse();
    }
    assertThat(html).contains("content=\"" + policy.replace("; frame-ancestors 'none'", ""));
  }

  @Test
  void hasAPageOfLittleSizeThatLoadsNothingAndBuildsNoMarkup() {
    String html = it.body(Asked.get("/flowshield"));

    assertThat(html.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(48 * 1024);
    assertThat(html)
        .contains("data-api=\"flowshield\"")
        .doesNotContain("{path}", "{policy}")
        .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
        .doesNotContain("src=", "@import", "url(", "style=\"", "onclick=")
        .doesNotContainPattern("https?://(?!www\\.w3\\.org/2000/svg)");
  }

  @Test
  void knowsTheLastSegmentOfItsPath() {
    assertThat(Page.of("/ops/shield").html()).contains("data-api=\"shield\"");
  }

  /** A page of another site that the operator has open: it can make the browser send requests. */
  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site", "none", "", "SAME-ORIGIN"})
  void doesNothingForAPageOfAnotherSite(String site) {
    Asked action = Asked.action("action=limit&limit=client&to=1/s").with("Sec-Fetch-Site", site);

    assertThat(it.status(action)).isEqualTo(403);
    assertThat(it.shield.engine().limits()).hasToString("[client: 100/s each]");
  }

  @Test
  void doesNothingForAFormWhichHasNoHeaderOfItsOwn() {
    assertThat(it.status(Asked.of("POST", "/flowshield/action"))).isEqualTo(403);
  }

  /** The application may let pages of other sites read its responses. */
  @Test
  void showsNoStateToAPageOfAnotherSite() {
    Asked request = Asked.get("/flowshield/state");

    assertThat(it.status(request.only("Sec-Fetch-Site", "cross-site"))).isEqualTo(403);
    assertThat(it.status(request.only("Sec-Fetch-Site", "same-origin"))).isEqualTo(200);
    assertThat(it.status(request.only("Sec-Fetch-Site", "none"))).isEqualTo(200);
    assertThat(it.status(request.only("Sec-Fetch-Site", "none", "same-origin"))).isEqualTo(403);
  }

  /** Browsers do not state the site on plain HTTP to other machines. */
  @Test
  void doesNothingForAPageOfAnotherOriginIfTheSiteIsNotStated() {
    Asked action = Asked.action("action=limit&limit=client&to=1/s");

    assertThat(it.status(action.only("Origin", "https://evil.example"))).isEqualTo(403);
    assertThat(it.status(action.only("Origin", "null"))).isEqualTo(403);
    assertThat(it.status(action.only("Origin", "http://localhost:8080", "null")))
        .isEqualTo(403);
    assertThat(it.shield.engine().limits()).hasToString("[client: 100/s each]");
    assertThat(it.status(action.only("Origin", "http://localhost:8080"))).isEqualTo(200);
  }

  @Test
  void losesNoRequestToPagesOfOtherSites() {
    for (int i = 0; i < 25; i++) {
      it.status(Asked.get("/flowshield/state").with("Sec-Fetch-Site", "cross-site"));
    }

    assertThat(it.status(Asked.get("/flowshield/state"))).isEqualTo(200);
  }

  @Test
  void mayBeLinkedByAnotherSite() {
    assertThat(it.status(Asked.get("/flowshield").with("Sec-Fetch-Site", "cross-site")))
        .isEqualTo(200);
  }

  @Test
  void answersTwentyRequestsASecond() {
    for (int i = 0; i < 20; i++) {
      assertThat(it.status(Asked.get("/flowshield/state"))).isEqualTo(200);
    }
    assertThat(it.status(Asked.get("/flowshield/state"))).isEqualTo(429);
    it.ticker.advance(Duration.ofMillis(50));
    assertThat(it.status(Asked.get("/flowshield/state"))).isEqualTo(200);
  }

  /** A stranger must not take the requests of the operator. */
  @Test
  void countsNoRequestOfAStranger() {
    Consoles guarded = new Consoles(PASSWORD);
    for (int i = 0; i < 100; i++) {
      assertThat(guarded.status(Asked.get("/flowshield/state").from("203.0.113.9")))
          .isEqualTo(401);
    }
    String basic = "Basic "
        + Base64.getEncoder().encodeToString(("x:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    assertThat(guarded.status(Asked.get("/flowshield/state").with("Authorization", basic)))
        .isEqualTo(200);
  }

  @Test
  void keepsTheStateForHalfASecond() {
    String first = it.body(Asked.get("/flowshield/state"));
    it.shield.admit(Asked.get("/"));
    it.ticker.advance(Duration.ofMillis(499));
    assertThat(it.body(Asked.get("/flowshield/state"))).isEqualTo(first);
    it.ticker.advance(Duration.ofMillis(1));
    assertThat(it.body(Asked.get("/flowshield/state"))).contains("\"admitted\":1,");
  }

  @Test
  void showsAChangeAtOnce() {
    it.body(Asked.get("/flowshield/state"));
    assertThat(it.status(Asked.action("action=limit&limit=client&to=7%2Fs"))).isEqualTo(200);

    assertThat(it.body(Asked.get("/flowshield/state"))).contains("\"rates\":[\"7/s\"]");
  }

  @Test
  void allocatesNothingForOtherRequests() {
    Asked request = Asked.get("/orders/17");

    assertThat(bytes(() -> it.console.answer(request) == null)).isLessThan(1);
  }

  @Test
  void addsNothingToARequestThatIsAdmitted() {
    assertThat(bytesOfAdmission(ConsoleAccess.LOCAL))
        .isLessThan(bytesOfAdmission(ConsoleAccess.OFF) + 1);
  }

  private static double bytesOfAdmission(ConsoleAccess access) {
    HttpShield shield = HttpShield.builder()
        .perClient("10000000/s")
        .operations(o -> o.console(access))
        .build();
    Asked request = Asked.get("/orders/17");
    return bytes(() -> {
      request.mark(""); // else it is one request that passes the shield twice
      HttpAdmitted admitted = (HttpAdmitted) shield.admit(request);
      admitted.close();
      return true;
    });
  }

  /** Bytes a call, the least of some rounds: until the compiler is done, there are more. */
  private static double bytes(BooleanSupplier call) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int calls = 20_000;
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 50; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < calls; i++) {
        if (!call.getAsBoolean()) {
          throw new AssertionError("answered");
        }
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return (double) least / calls;
  }
}
