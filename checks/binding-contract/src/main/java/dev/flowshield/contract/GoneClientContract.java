package dev.flowshield.contract;

import static dev.flowshield.contract.ServerDifference.NO_PUSH;
import static dev.flowshield.contract.ServerDifference.NO_UPGRADE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.contract.GoneClient.Exit;
import dev.flowshield.contract.GoneClient.Protocol;
import dev.flowshield.contract.ResponseKind.Moment;
import dev.flowshield.http.HttpShield;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The contract of every binding for clients that go away. A client may close or reset its stream or
 * connection at any moment, during any kind of response. The slot must then be released when the
 * work has ended, or some seconds after the client has gone. The test of a binding extends this
 * class like {@link BindingContract}.
 *
 * <p>Each kind of response, over each version of HTTP, has a server of its own, which its clients
 * use in turn. All servers run at the same time, so the time limit of a binding is waited for only
 * once.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class GoneClientContract {

  /** The maximum number of threads for blocking work, for servers with such threads. */
  protected static final int WORKERS = 16;

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration SLACK = Duration.ofSeconds(4);
  private static final Duration WELL_BELOW_PATIENCE = Duration.ofSeconds(2);
  private static final Duration AT_ONCE = Duration.ofMillis(200);
  private static final Duration LOOK = Duration.ofMillis(2);

  private static final int WINDOW = 65_535; // bytes
  private static final int ROUNDS = 3;
  private static final int MORE_THAN_WORKERS = 40;
  private static final int DOWNLOADS = 10;

  /** Creates the tests of a binding. */
  protected GoneClientContract() {}

  /**
   * Starts a server on 127.0.0.1, port 0, with the application behind the shields and at most
   * {@link #WORKERS} threads. The server speaks HTTP/1.1, and HTTP/2 to clients with prior
   * knowledge.
   *
   * @param shields the shields, each in a handler of its own, the outermost first
   */
  protected abstract ServerUnderTest start(List<HttpShield> shields, Application behind)
      throws Exception;

  /** Returns the known differences of this server. */
  protected abstract Set<ServerDifference> differences();

  @TestFactory
  final Stream<DynamicTest> noClientThatGoesTakesItsPlaceAlong() {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<DynamicTest> tests = new ArrayList<>();
    for (Protocol protocol : Protocol.values()) {
      for (ResponseKind kind : ResponseKind.values()) {
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
    Fixture fixture = fixture();
    try {
      fixture.shields(shield());
      try (Http2Connection client = Http2Connection.to(fixture.port(), WINDOW)) {
        int stream = client.get("/push");
        assertThat(client.awaitHeadAndCountPromises(stream))
            .isEqualTo(can(ResponseKind.PUSH) ? 1 : 0);
      }
    } finally {
      fixture.stop();
    }
  }

  @Test
  final void leavesHttpUnlessItCannot() throws Exception {
    Fixture fixture = fixture();
    try {
      fixture.shields(shield());
      Connection client = fixture.connect(1);
      client.send("GET", ResponseKind.UPGRADE.path(), ResponseKind.UPGRADE.headers());
      assertThat(client.readHead().status() == 101).isEqualTo(can(ResponseKind.UPGRADE));
    } finally {
      fixture.stop();
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  final void aDownloadThatIsBrokenOffKeepsNoPlace(Protocol protocol) throws Exception {
    Fixture fixture = fixture();
    try {
      HttpShield shield = fixture.shields(shield());
      Exit usual = protocol == Protocol.HTTP_1 ? Exit.CLOSE : Exit.RESET;
      for (Exit exit : List.of(usual, Exit.ABORT)) {
        for (int i = 0; i < DOWNLOADS; i++) {
          try (GoneClient client = protocol.client(fixture.port())) {
            ask(client, ResponseKind.FILE, Moment.BODY);
            client.leave(exit);
          }
        }
      }
      await()
          .atMost(WELL_BELOW_PATIENCE)
          .untilAsserted(() -> assertThat(shield.stats().inFlight())
              .as("places of downloads that were broken off")
              .isZero());
    } finally {
      fixture.stop();
    }
  }

  private boolean can(ResponseKind kind) {
    return switch (kind) {
      case PUSH -> !differences().contains(NO_PUSH);
      case UPGRADE -> !differences().contains(NO_UPGRADE);
      default -> true;
    };
  }

  private static HttpShield shield() {
    return HttpShield.builder().inFlight(10_000).build();
  }

  private @Nullable Void visit(Protocol protocol, ResponseKind kind) throws Exception {
    Fixture fixture = fixture();
    try {
      HttpShield shield = fixture.shields(shield());
      List<String> stayed = new ArrayList<>();
      for (Moment moment : kind.moments()) {
        for (Exit exit : protocol.exits()) {
          for (int round = 0; round < ROUNDS; round++) {
            int before = shield.stats().inFlight();
            try (GoneClient client = protocol.client(fixture.port())) {
              if (moment == Moment.WORK) {
                leaveWork(client, kind, exit, fixture.application(), shield);
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
      await()
          .dontCatchUncaughtExceptions()
          .atMost(PATIENCE.plus(SLACK))
          .untilAsserted(() -> assertThat(shield.streams().open())
              .as("streams of clients that have gone")
              .isZero());
      awaitReachable(fixture.port());
    } finally {
      fixture.stop();
    }
    return null;
  }

  private Fixture fixture() {
    return new Fixture(this::start, this::differences);
  }

  private static void ask(GoneClient client, ResponseKind kind, Moment moment) throws Exception {
    switch (moment) {
      case HALF_A_HEAD -> client.askWithHalfAHead(kind.path());
      case HALF_A_BODY -> client.askWithHalfABody(kind.path());
      case HEAD -> client.ask(kind.path(), kind.headers());
      case BODY -> {
        client.ask(kind.path(), kind.headers());
        client.awaitBody();
      }
      case MORE -> {
        client.ask(kind.path(), kind.headers());
        client.awaitMore();
      }
      case WORK -> throw new IllegalArgumentException("needs the application");
    }
  }

  private void leaveWork(
      GoneClient client, ResponseKind kind, Exit exit, Application application, HttpShield shield)
      throws Exception {
    boolean blocking = kind == ResponseKind.BLOCKING_WORK;
    application.closeGate();
    try {
      for (int i = 0; i < MORE_THAN_WORKERS; i++) {
        client.ask(kind.path());
      }
      application.awaitArrival();
      int running = 1 + application.arrivals();
      client.leave(exit);
      if (!blocking) { // otherwise no thread may be left that could notice
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
   * Waits until the server responds, because only its slots matter here. Tomcat 10.1 may reuse a
   * request while the application still writes to it, because Tomcat has not told the application
   * that the request is over.
   */
  private static void awaitReachable(int port) {
    await()
        .dontCatchUncaughtExceptions()
        .ignoreExceptions()
        .until(() -> isReachableOverHttp1(port) && isReachableOverHttp2(port));
  }

  private static boolean isReachableOverHttp1(int port) throws Exception {
    try (Connection client = Connection.to(port)) {
      return client.get("/hello").status() == 200;
    }
  }

  private static boolean isReachableOverHttp2(int port) throws Exception {
    try (Http2Connection client = Http2Connection.to(port, WINDOW)) {
      return client.awaitHead(client.get("/hello"));
    }
  }
}
