package dev.flowshield.contract;

import static dev.flowshield.contract.Difference.NO_PUSH;
import static dev.flowshield.contract.Difference.NO_UPGRADE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.contract.GoneClient.Exit;
import dev.flowshield.contract.GoneClient.Protocol;
import dev.flowshield.http.HttpShield;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * What every binding promises of clients that go away: whatever a client does to its stream or its
 * connection, at any moment and for every kind of answer, its place comes back when the work has
 * ended, or some seconds after the client has gone. A binding's test extends this as it extends
 * {@link BindingContract}.
 *
 * <p>Each kind of answer, over each version of HTTP, has a server of its own, and its clients come
 * one after the other. All of the servers run at the same time, so the patience of a binding is
 * waited for once.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class GoneClientContract {

  /** The most threads for blocking work, of servers that have such threads. */
  protected static final int WORKERS = 16;

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration SLACK = Duration.ofSeconds(4);
  private static final Duration AT_ONCE = Duration.ofMillis(200);
  private static final Duration LOOK = Duration.ofMillis(2);

  private static final int WINDOW = 65_535; // bytes
  private static final int ROUNDS = 3;
  private static final int MORE_THAN_WORKERS = 40;

  private static final Logger LOG = Logger.getLogger(""); // held, else its level is forgotten

  private static final ReentrantLock STARTING = new ReentrantLock();

  /** For the tests of bindings. */
  protected GoneClientContract() {}

  /**
   * Starts a server on 127.0.0.1, port 0, that speaks HTTP/1.1 and, to clients that know it before,
   * HTTP/2, with the application behind the shields and {@link #WORKERS} at most.
   *
   * @param shields each in a handler of its own, the first outermost
   */
  protected abstract ServerUnderTest start(List<HttpShield> shields, Application behind)
      throws Exception;

  /** What this server does its own way. */
  protected abstract Set<Difference> differences();

  @BeforeAll
  static void keepServersQuiet() {
    LOG.setLevel(Level.OFF); // they report each client that has gone
  }

  /** The kinds of answers. */
  private enum Kind {
    BUFFERED("/large"),
    STREAMED("/stream"),
    STREAMED_WITHOUT_BLOCKING("/chunks"),
    FILE("/file"),
    RANGE_OF_A_FILE("/file"),
    EVENTS("/events"),
    BODY_OF_A_REQUEST("/echo"),
    BLOCKING_WORK("/slow"),
    ASYNCHRONOUS_WORK("/async"),
    PUSH("/push"),
    UPGRADE("/upgrade");

    private final String path;

    Kind(String path) {
      this.path = path;
    }

    private String[] fields() {
      return switch (this) {
        case RANGE_OF_A_FILE -> new String[] {"Range: bytes=1000-"};
        case UPGRADE ->
          new String[] {
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
          };
        default -> new String[0];
      };
    }

    private boolean isOver(Protocol protocol) {
      return switch (this) {
        case PUSH -> protocol == Protocol.HTTP_2;
        case UPGRADE -> protocol == Protocol.HTTP_1;
        default -> true;
      };
    }

    private List<Moment> moments() {
      return switch (this) {
        case BODY_OF_A_REQUEST -> List.of(Moment.HALF_A_HEAD, Moment.HALF_A_BODY);
        case BLOCKING_WORK, ASYNCHRONOUS_WORK -> List.of(Moment.WORK);
        case PUSH, UPGRADE -> List.of(Moment.HEAD, Moment.MORE);
        default -> List.of(Moment.HEAD, Moment.BODY);
      };
    }
  }

  /** When a client goes. */
  private enum Moment {
    /** In the head of its request. */
    HALF_A_HEAD,
    /** In the body of its request. */
    HALF_A_BODY,
    /** Before it has read anything, so perhaps in the head of the answer. */
    HEAD,
    /** In the body of the answer. */
    BODY,
    /** After the server has left HTTP, or in what it pushes. */
    MORE,
    /** While the work is done for some of its requests, and the others wait. */
    WORK
  }

  @TestFactory
  final Stream<DynamicTest> noClientThatGoesTakesItsPlaceAlong() {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<DynamicTest> tests = new ArrayList<>();
    for (Protocol protocol : Protocol.values()) {
      for (Kind kind : Kind.values()) {
        if (kind.isOver(protocol) && can(kind)) {
          Future<?> visited = threads.submit(() -> visit(protocol, kind));
          tests.add(DynamicTest.dynamicTest(
              kind + " over " + protocol, () -> visited.get(60, TimeUnit.SECONDS)));
        }
      }
    }
    threads.shutdown();
    return tests.stream();
  }

  @Test
  final void pushesUnlessItCannot() throws Exception {
    try (Application application = new Application()) {
      ServerUnderTest server = startAlone(shield(), application);
      try (Http2Connection client = Http2Connection.to(server.port(), WINDOW)) {
        int stream = client.get("/push");
        assertThat(client.awaitHeadAndCountPromises(stream)).isEqualTo(can(Kind.PUSH) ? 1 : 0);
      }
      server.stop().run();
    }
  }

  @Test
  final void leavesHttpUnlessItCannot() throws Exception {
    try (Application application = new Application()) {
      ServerUnderTest server = startAlone(shield(), application);
      try (Connection client = Connection.to(server.port())) {
        client.send("GET", Kind.UPGRADE.path, Kind.UPGRADE.fields());
        assertThat(client.readHead().status() == 101).isEqualTo(can(Kind.UPGRADE));
      }
      server.stop().run();
    }
  }

  private boolean can(Kind kind) {
    return switch (kind) {
      case PUSH -> !differs(NO_PUSH);
      case UPGRADE -> !differs(NO_UPGRADE);
      default -> true;
    };
  }

  private boolean differs(Difference difference) {
    return differences().contains(difference);
  }

  private static HttpShield shield() {
    return HttpShield.builder().inFlight(10_000).build();
  }

  private @Nullable Void visit(Protocol protocol, Kind kind) throws Exception {
    HttpShield shield = shield();
    try (Application application = new Application()) {
      ServerUnderTest server = startAlone(shield, application);
      List<String> stayed = new ArrayList<>();
      for (Moment moment : kind.moments()) {
        for (Exit exit : protocol.exits()) {
          for (int round = 0; round < ROUNDS; round++) {
            int before = shield.stats().inFlight();
            try (GoneClient client = protocol.client(server.port())) {
              if (moment == Moment.WORK) {
                leaveWork(client, kind, exit, application, shield);
              } else {
                ask(client, kind, moment);
                client.leave(exit);
              }
            } catch (Exception | AssertionError failure) {
              throw new AssertionError(moment + ", " + exit + ": " + failure, failure);
            }
            if (!isBackAtOnce(shield, before)) {
              stayed.add(moment + ", " + exit);
            }
          }
        }
      }
      await()
          .dontCatchUncaughtExceptions() // of the application's threads, whose client has gone
          .atMost(PATIENCE.plus(SLACK))
          .untilAsserted(() -> assertThat(shield.stats().inFlight())
              .as("places of clients that have gone, one of %s", stayed)
              .isZero());
      awaitReachable(server);
      server.stop().run();
    }
    return null;
  }

  /** One server after the other: what a process has once, Tomcat sets up as it starts. */
  private ServerUnderTest startAlone(HttpShield shield, Application application) throws Exception {
    STARTING.lock();
    try {
      return start(List.of(shield), application);
    } finally {
      STARTING.unlock();
    }
  }

  private static void ask(GoneClient client, Kind kind, Moment moment) throws Exception {
    switch (moment) {
      case HALF_A_HEAD -> client.askWithHalfAHead(kind.path);
      case HALF_A_BODY -> client.askWithHalfABody(kind.path);
      case HEAD -> client.ask(kind.path, kind.fields());
      case BODY -> {
        client.ask(kind.path, kind.fields());
        client.awaitBody();
      }
      case MORE -> {
        client.ask(kind.path, kind.fields());
        client.awaitMore();
      }
      case WORK -> throw new IllegalArgumentException("needs the application");
    }
  }

  private void leaveWork(
      GoneClient client, Kind kind, Exit exit, Application application, HttpShield shield)
      throws Exception {
    boolean blocking = kind == Kind.BLOCKING_WORK;
    application.forgetArrivals();
    application.closeGate();
    try {
      for (int i = 0; i < MORE_THAN_WORKERS; i++) {
        client.ask(kind.path);
      }
      application.awaitArrival();
      int running = 1 + application.arrivals();
      client.leave(exit);
      if (!blocking) { // else no thread may be left that could notice
        client.awaitNotice();
      }
      assertThat(shield.stats().inFlight())
          .as("places of work that is still running")
          .isGreaterThanOrEqualTo(running);
    } finally {
      application.openGate();
    }
  }

  private static boolean isBackAtOnce(HttpShield shield, int before) {
    try {
      await()
          .dontCatchUncaughtExceptions()
          .pollDelay(Duration.ZERO)
          .pollInterval(LOOK)
          .atMost(AT_ONCE)
          .until(() -> shield.stats().inFlight() <= before);
      return true;
    } catch (ConditionTimeoutException notYet) {
      return false;
    }
  }

  /**
   * Waited for, as it is the places that count. Tomcat 10.1 may use a request again while the
   * application, which was not told that it is over, still writes to it.
   */
  private static void awaitReachable(ServerUnderTest server) {
    await()
        .dontCatchUncaughtExceptions()
        .ignoreExceptions()
        .until(() -> isReachableOverHttp1(server) && isReachableOverHttp2(server));
  }

  private static boolean isReachableOverHttp1(ServerUnderTest server) throws Exception {
    try (Connection client = Connection.to(server.port())) {
      return client.get("/hello").status() == 200;
    }
  }

  private static boolean isReachableOverHttp2(ServerUnderTest server) throws Exception {
    try (Http2Connection client = Http2Connection.to(server.port(), WINDOW)) {
      return client.awaitHead(client.get("/hello"));
    }
  }
}
