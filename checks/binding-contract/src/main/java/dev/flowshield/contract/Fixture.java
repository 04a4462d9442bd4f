package dev.flowshield.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The server under test with the application behind shields, and its clients: what all tests of a
 * binding use. For one test, which stops it.
 *
 * <p>Time for the limits is turned by hand. Only a server's own doing is waited for: that it
 * notices an abort, or ends an exchange after the last byte has gone out.
 */
final class Fixture {

  /** Starts a server with the application behind shields. */
  @FunctionalInterface
  interface Starter {
    ServerUnderTest start(List<HttpShield> shields, Application behind) throws Exception;
  }

  private static final Logger LOG = Logger.getLogger(""); // held, else its level is forgotten

  private static final ReentrantLock STARTING = new ReentrantLock();

  private final Starter starter;
  private final Supplier<Set<Difference>> differences;
  private final ManualTicker ticker = ManualTicker.atZero();
  private final Application application = new Application();
  private final List<AutoCloseable> open = new ArrayList<>();
  private @Nullable ServerUnderTest server;

  Fixture(Starter starter, Supplier<Set<Difference>> differences) {
    this.starter = starter;
    this.differences = differences;
    // Servers report each failure with its trace, and here failures are part of the test.
    LOG.setLevel(Level.OFF);
  }

  /** The ticker of the shields. */
  ManualTicker ticker() {
    return ticker;
  }

  /** What stands behind the shields. */
  Application application() {
    return application;
  }

  /** Where the server listens, once it is started. */
  int port() {
    return Objects.requireNonNull(server).port();
  }

  /** Whether the server does this its own way. */
  boolean differs(Difference difference) {
    return differences.get().contains(difference);
  }

  /** Starts the server behind one shield that limits clients. */
  HttpShield perClient(String limit) throws Exception {
    return shields(
        HttpShield.builder().perClient(limit).operations(o -> o.ticker(ticker)).build());
  }

  /** Starts the server behind these shields, and gives back the first. */
  HttpShield shields(HttpShield... shields) throws Exception {
    server = startAlone(Arrays.asList(shields), application);
    return shields[0];
  }

  /** One server after the other: what a process has once, Tomcat sets up as it starts. */
  private ServerUnderTest startAlone(List<HttpShield> shields, Application behind)
      throws Exception {
    STARTING.lock();
    try {
      return starter.start(shields, behind);
    } finally {
      STARTING.unlock();
    }
  }

  /** Starts another server, with the application and without a shield. */
  ServerUnderTest startUnprotected() throws Exception {
    ServerUnderTest unprotected = startAlone(List.of(), application);
    closeAtTheEnd(() -> unprotected.stop().run());
    return unprotected;
  }

  /** Connects from 127.0.0.{@code host}; closed when the test ends. */
  Connection connect(int host) throws Exception {
    Connection connection = Connection.from(host, port());
    closeAtTheEnd(connection);
    return connection;
  }

  /** What has to be closed when the test ends, before the server is stopped. */
  void closeAtTheEnd(AutoCloseable each) {
    open.add(each);
  }

  /** Waits until every admission is closed. */
  static void awaitNothingInFlight(HttpShield shield) {
    await().until(() -> shield.stats().inFlight() == 0);
  }

  /** Waits until so many streams are open, and nothing is in flight. */
  static void awaitStreams(HttpShield shield, int open) {
    await()
        .dontCatchUncaughtExceptions() // of the application, whose server may have stopped
        .untilAsserted(
            () -> assertThat(List.of(shield.streams().open(), shield.stats().inFlight()))
                .as("streams open, requests in flight")
                .containsExactly(open, 0));
  }

  /** Closes the clients and stops the server. */
  void stop() throws Exception {
    application.close();
    for (AutoCloseable each : open) {
      each.close();
    }
    stopServer();
  }

  /** Stops the server, with what is open. */
  void stopServer() throws Exception {
    if (server != null) {
      server.stop().run();
      server = null;
    }
  }
}
