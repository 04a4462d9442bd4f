package dev.flowshield.http.doctor;

import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.charge.RequestClassifier;
import dev.flowshield.http.client.ClientAddress;
import dev.flowshield.http.client.IpAddress;
import dev.flowshield.http.client.Networks;
import dev.flowshield.http.client.TrustedProxies;
import dev.flowshield.http.exchange.Finding;
import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.process.ShieldLog;
import dev.flowshield.http.route.HealthPaths;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Examines a few requests for signs of misconfiguration. Logs each cause once, and at most {@value
 * #MOST_OF_A_CODE} causes of one code.
 *
 * <p>Examines the first {@value #FIRST} requests, and {@value #MORE} more in each minute in which
 * requests are rejected. All others cost one volatile read.
 *
 * <p>Thread-safe. Two threads may share one examination, or examine one request too many.
 */
public final class Doctor {

  public static final int FIRST = 1_000;
  public static final int MORE = 100;

  private static final int MOST_OF_A_CODE = 5;

  private static final Networks NEAR = Networks.parse("loopback, private");
  private static final List<String> HEADERS = List.of("X-Forwarded-For", "Forwarded");

  private final ClientAddress client;
  private final RequestClassifier charging;
  private final HealthPaths healthPaths;
  private final List<Policy> cappedByAddress; // as they were: limits change
  private final PrincipalDetector users;
  private final SingleClientDetector oneClient = new SingleClientDetector(MORE);

  // By code and text, which names the cause.
  private final NavigableMap<String, Finding> findings = new ConcurrentSkipListMap<>();

  private volatile int looks = FIRST;
  private volatile boolean hasComparedShields;
  private volatile boolean areRejected; // requests, by now
  private int withoutHeader; // requests from trusted proxies; -1 once one had the header

  /** Creates a doctor for a shield, and examines its settings. */
  public Doctor(RequestClassifier charging, HealthPaths healthPaths) {
    this.charging = charging;
    this.healthPaths = healthPaths;
    this.cappedByAddress = charging.cappedByAddress();
    this.client = charging.client();
    this.users = new PrincipalDetector(charging.countsPrincipals(), charging.callsApplication());
    for (Policy row : charging.policies().unreachable()) {
      found(
          "FS111",
          "each row of the policies must have requests that come to it, got '" + row
              + "' behind a row that takes all of them: move it up, or remove it");
    }
    for (Policy row : cappedByAddress) {
      found(
          "FS118",
          "a key must not be promised more than its address may, got '" + row
              + "' beside per-client, which its requests are charged as well: add a row by the"
              + " address with the same method, path and plan, which takes the place of per-client"
              + " there, or raise per-client");
    }
    TrustedProxies proxies = client.proxies();
    if (proxies != null && !proxies.broad().isEmpty()) {
      foundOnce(
          "FS105",
          "trusted-proxies must be the networks of your own proxies, got " + proxies.broad()
              + ", as allow-broad-trust wants it: make sure that none but proxies can connect, or"
              + " anyone chooses the address they are counted by");
    }
    examineExemptions();
  }

  /** Returns whether a shield with other settings has the same signs. */
  public boolean isFor(RequestClassifier next, HealthPaths nextHealthPaths) {
    return next.isLike(charging)
        && nextHealthPaths.toString().equals(healthPaths.toString())
        && next.cappedByAddress().toString().equals(cappedByAddress.toString());
  }

  /** Examines settings that exempt more than intended, or have no effect. */
  private void examineExemptions() {
    List<String> broad = charging.lists().allowed().broad();
    if (!broad.isEmpty()) {
      foundOnce(
          "FS115",
          "allow must be networks that only your own can connect from, got " + broad
              + ", whose clients are not limited: name your own networks");
    }
    @Nullable Policy forAll = charging.policies().exemptingAll();
    if (forAll != null) {
      foundOnce(
          "FS116",
          "exempt-paths and rows with off must leave paths on which clients are limited, got '"
              + forAll + "' before all limits, so no client has one: name the paths, or remove it");
    }
    List<String> unmatched = healthPaths.unmatched();
    if (!unmatched.isEmpty()) {
      foundOnce(
          "FS117",
          "health-paths must be paths as the server has them, decoded and resolved, got "
              + unmatched
              + ", which no request has, so its health checks are limited: write them as"
              + " in '/healthz', or with all below as in '/actuator/health/**'");
    }
    for (Policy row : charging.policies().only(healthPaths::contains)) {
      found(
          "FS119",
          "each row of the policies must be for requests that are charged, got '" + row
              + "' for a health path, which is left alone: remove the row, or leave the path out of"
              + " health-paths");
    }
  }

  /** Returns the findings so far, ordered by code. */
  public List<Finding> findings() {
    return List.copyOf(findings.values());
  }

  /** Examines a request, unless enough requests were examined. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // as said above
  public void look(RequestView request) {
    if (looks > 0) {
      looks--;
      examine(request);
      users.look(request, this::foundOnce);
      examinePlan(request);
      if (areRejected) {
        examineCrowd(request);
      }
    }
  }

  /** Permits more examinations, because requests are rejected. */
  public void lookAgain() {
    looks = MORE;
    areRejected = true;
  }

  /**
   * Compares two shields that a request has passed, once. Two shields with equal settings are one
   * shield that was created twice.
   *
   * @param before the other shield, described by its text
   * @param own this shield, described by its text
   */
  public void sawAnotherShield(Object before, Object own) {
    if (!hasComparedShields) {
      hasComparedShields = true;
      if (before.toString().equals(own.toString())) {
        found(
            "FS106",
            "a request must be charged once, got two shields with the same settings in its way, so"
                + " each client has half of its limit: register one filter or handler, or give all"
                + " of them one HttpShield");
      }
    }
  }

  private void examine(RequestView request) {
    if (client.fromContainer()) {
      return;
    }
    String text = request.peerAddress();
    IpAddress peer = text == null ? null : IpAddress.parse(text);
    TrustedProxies proxies = client.proxies();
    if (peer == null && (proxies == null || !proxies.areCounted())) {
      foundOnce(
          "FS104",
          "the peer of a connection must have an IP address, got one without, as on a Unix socket:"
              + " all such requests are one client, so let the server listen on an address, or set"
              + " trusted-hops if proxies alone connect there");
    } else if (proxies == null || !proxies.trusts(peer)) {
      examineFromNoProxy(request, peer, proxies);
    } else {
      examineFromProxy(request, proxies.header());
    }
  }

  private void examinePlan(RequestView request) {
    if (!has("FS110") && charging.lacksPlan(request)) {
      foundOnce(
          "FS110",
          "each plan must have a row on a route that has rows for plans, got a client without a plan, or"
              + " with one that no row names, so it has the limit of per-client there: end with a row"
              + " for *, or correct the plan");
    }
  }

  /** Finds a machine nearby that sends nearly all requests: perhaps a proxy without a header. */
  private void examineCrowd(RequestView request) {
    if (comesFromProxy(request)) { // FS103 is for one that writes no header
      return;
    }
    @Nullable IpAddress address = client.of(request);
    boolean isMost = oneClient.isIn(client.key(address));
    if (isMost && address != null && NEAR.contains(address)) {
      found(
          "FS107",
          "clients must come from addresses of their own, got nearly all requests from " + address
              + ", a machine nearby, while requests are rejected: if it is a proxy or a load balancer,"
              + " let it write X-Forwarded-For and name it in trusted-proxies");
    }
  }

  private boolean comesFromProxy(RequestView request) {
    TrustedProxies proxies = client.proxies();
    String text = request.peerAddress();
    return proxies != null && proxies.trusts(text == null ? null : IpAddress.parse(text));
  }

  private void examineFromNoProxy(
      RequestView request, @Nullable IpAddress peer, @Nullable TrustedProxies proxies) {
    String header = headerOf(request);
    // From elsewhere it is no evidence, because any client can write it.
    if (header != null && peer != null && NEAR.contains(peer)) {
      found(
          "FS101",
          "trusted-proxies must have the proxies that clients come through, got " + header
              + " from "
              + peer + ", which is not among "
              + (proxies == null ? "them as there are none" : "them")
              + ", so all clients behind it share one allowance: add its network to trusted-proxies,"
              + " if it is yours");
    }
  }

  private void examineFromProxy(RequestView request, String configured) {
    if (!request.headers(configured).isEmpty()) {
      withoutHeader = -1;
      return;
    }
    String other = headerOf(request);
    if (other != null) {
      found(
          "FS102",
          "client-address must name the header that the trusted proxies write, got " + other
              + " where " + configured + " is expected, so their clients share one allowance: set"
              + " client-address=" + other.toLowerCase(Locale.ROOT));
    } else if (withoutHeader >= 0) {
      withoutHeader++;
      if (withoutHeader == MORE) {
        foundOnce(
            "FS103",
            "trusted proxies must write " + configured + ", got " + MORE
                + " requests without it and none with it, so their clients share one allowance: let"
                + " the proxy write it, or name the header that it writes by client-address");
      }
    }
  }

  private static @Nullable String headerOf(RequestView request) {
    for (String header : HEADERS) {
      if (!request.headers(header).isEmpty()) {
        return header;
      }
    }
    return null;
  }

  /**
   * Records and logs a finding, unless one of its code is known. For texts that have current
   * numbers.
   */
  public void foundOnce(String code, String text) {
    if (!has(code)) {
      found(code, text);
    }
  }

  /** Records and logs a finding, unless it or enough others of its code are known. */
  private void found(String code, String text) {
    Finding finding = new Finding(code, text);
    if (ofCode(code).size() < MOST_OF_A_CODE
        && findings.putIfAbsent(code + " " + text, finding) == null) {
      ShieldLog.warn(finding + " (docs/doctor.md)");
    }
  }

  private boolean has(String code) {
    return !ofCode(code).isEmpty();
  }

  private Map<String, Finding> ofCode(String code) {
    return findings.subMap(code + " ", code + "!"); // the character behind a space
  }
}
