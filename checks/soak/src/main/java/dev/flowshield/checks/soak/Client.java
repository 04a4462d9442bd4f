package dev.flowshield.checks.soak;

import dev.flowshield.checks.soak.server.Ending;
import dev.flowshield.checks.soak.server.SoakApp;
import dev.flowshield.contract.Connection;
import dev.flowshield.contract.WireResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One client of a server: sends one request after the other on a connection that it keeps, and now
 * and then goes away before it has the answer. It tells what it has seen to a tally. For one
 * thread.
 */
final class Client implements AutoCloseable {

  // Of an answer that is lost none comes at all; on a machine that is busy, one may take seconds.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int HOSTS = 16;
  private static final int SHED = 503;
  private static final int FAILURE = 500;
  private static final int BODY = 1000; // bytes
  private static final long MOST_BEFORE_LEAVING = TimeUnit.MILLISECONDS.toNanos(4);
  private static final long MOST_STALLED = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long MOST_AFTER_REJECTION = TimeUnit.MILLISECONDS.toNanos(400);

  private static final String[] MEANINGS = {"critical", "default", "default", "sheddable"};

  private final int port;
  private final int host;
  private final Tally tally;
  private final SplittableRandom random;
  private @Nullable Connection connection;

  /**
   * A client.
   *
   * @param number which of the clients of its server; it stands for the address
   */
  Client(int port, int number, Tally tally, SplittableRandom random) {
    this.port = port;
    this.host = 1 + number % HOSTS;
    this.tally = tally;
    this.random = random;
  }

  /** Sends the requests of a phase, beside others. */
  void send(Phase phase) {
    while (phase.next()) {
      Ending ending = Ending.next(random);
      attempt(ending, () -> request(ending));
    }
    close();
  }

  /** Asks once, and waits for the answer. */
  void ask(Ending ending) {
    attempt(ending, () -> get(ending));
  }

  /** A request, as far as the client takes it. */
  @FunctionalInterface
  private interface Attempt {
    void run() throws IOException;
  }

  private void attempt(Ending ending, Attempt attempt) {
    try {
      attempt.run();
    } catch (IOException | RuntimeException | AssertionError unexpected) {
      tally.fault(ending + " without an answer: " + unexpected);
      close();
    }
  }

  private void request(Ending ending) throws IOException {
    switch (ending) {
      case LARGE -> {
        if (oneOf(10)) {
          get(ending);
        } else {
          leaveBody(ending, patient(Connection.narrow(port)));
        }
      }
      case EVENTS -> {
        if (oneOf(2)) {
          get(ending);
        } else {
          leaveBody(ending, patient(Connection.from(host, port)));
        }
      }
      case BODY -> {
        if (oneOf(16)) {
          sendHalfABody();
        } else {
          askWithBody();
        }
      }
      default -> {
        if (oneOf(20)) {
          leave(ending);
        } else {
          get(ending);
        }
      }
    }
  }

  private boolean oneOf(int many) {
    return random.nextInt(many) == 0;
  }

  private void get(Ending ending) throws IOException {
    send(connect(), "GET", ending);
    answered(ending, connect().read());
  }

  private void askWithBody() throws IOException {
    send(connect(), "POST", Ending.BODY, "Content-Length: " + BODY);
    connect().write("x".repeat(BODY));
    answered(Ending.BODY, connect().read());
  }

  /** Goes before the answer, at once or while the work is done. */
  private void leave(Ending ending) throws IOException {
    tally.leave();
    send(connect(), "GET", ending);
    pause(MOST_BEFORE_LEAVING);
    go(connect());
  }

  private void sendHalfABody() throws IOException {
    tally.leave();
    send(connect(), "POST", Ending.BODY, "Content-Length: " + BODY);
    connect().write("x".repeat(BODY / 2));
    pause(MOST_BEFORE_LEAVING);
    go(connect());
  }

  /** Reads the first of a body, then nothing for a while, and goes. */
  private void leaveBody(Ending ending, Connection own) throws IOException {
    tally.leave();
    try {
      send(own, "GET", ending);
      if (own.readHead().status() == SHED) {
        return;
      }
      own.readFirst();
      pause(MOST_STALLED);
    } finally {
      go(own);
    }
  }

  private void send(Connection to, String method, Ending ending, String... more)
      throws IOException {
    tally.send();
    String meaning = "Meaning: " + MEANINGS[random.nextInt(MEANINGS.length)];
    if (more.length == 0) {
      to.send(method, ending.path(), meaning);
    } else {
      to.send(method, ending.path(), meaning, more[0]);
    }
  }

  private void answered(Ending ending, WireResponse answer) {
    if (answer.values("Connection").contains("close")) {
      close();
    }
    if (answer.status() == SHED && !answer.values("Retry-After").isEmpty()) {
      tally.shed();
      pause(MOST_AFTER_REJECTION);
      return;
    }
    if (answer.status() >= FAILURE) {
      tally.failure();
    }
    boolean expected = ending.isFailure() ? answer.status() >= FAILURE : answer.status() == 200;
    if (!expected || (ending == Ending.LARGE && answer.body().length() != SoakApp.LARGE)) {
      tally.fault(ending + " was answered " + answer.status());
    }
  }

  private void pause(long mostNanos) {
    if (random.nextBoolean()) {
      LockSupport.parkNanos(random.nextLong(mostNanos));
    }
  }

  private Connection connect() throws IOException {
    if (connection == null) {
      connection = patient(Connection.from(host, port));
    }
    return connection;
  }

  private static Connection patient(Connection connection) throws IOException {
    connection.readTimeout(PATIENCE);
    return connection;
  }

  private void go(Connection from) throws IOException {
    if (from.equals(connection)) {
      connection = null;
    }
    if (random.nextBoolean()) {
      from.abort();
    } else {
      from.close();
    }
  }

  @Override
  public void close() {
    if (connection != null) {
      try {
        connection.close();
      } catch (IOException failure) {
        tally.fault("a connection could not be closed: " + failure);
      }
      connection = null;
    }
  }
}
