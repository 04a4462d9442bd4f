package dev.flowshield.demo;

import dev.flowshield.demo.server.DemoServer;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.ConsoleAccess;
import dev.flowshield.undertow.FlowShieldHandler;
import java.io.PrintStream;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The mode that keeps the protected server running, for manual tests. */
final class Serving {

  private static final int PORT = 8080;
  private static final String PER_CLIENT = "5/s"; // low, so that a shell loop can spend it
  private static final int ENOUGH_TO_SPEND_IT = 12;
  private static final int GLANCE_MILLIS = 500;

  private Serving() {}

  /**
   * Serves until this process is stopped, or until the parent process exits: a killed Maven leaves
   * its child processes running. Prints suggestions, and the decisions of the shield as they
   * happen.
   */
  static void untilStopped(PrintStream out) throws InterruptedException {
    HttpShield shield = HttpShield.builder()
        .perClient(PER_CLIENT)
        .inFlight(InFlightLimit.auto())
        .operations(o -> o.console(ConsoleAccess.LOCAL))
        .build();
    DemoServer server = start(shield);
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop"));
    URI address = server.address();
    out.printf("""
        %s
        Up at %s until Ctrl-C.

        Console:          open %s/flowshield in a browser
        One request:      curl -i %s
        Over the limit:   for i in $(seq %d); do curl -s -o /dev/null -w '%%{http_code} ' %s; done; echo

        """, shield, address, address, address, ENOUGH_TO_SPEND_IT, address);
    @Nullable ProcessHandle starter = ProcessHandle.current().parent().orElse(null);
    long seen = 0;
    while (starter == null || starter.isAlive()) {
      Thread.sleep(GLANCE_MILLIS);
      ShieldStats stats = shield.stats();
      long asked = stats.admitted() + stats.overLimit() + stats.shed();
      if (asked != seen) {
        seen = asked;
        out.printf(
            Locale.ROOT,
            "admitted %,d, over limit %,d, shed %,d, in flight %d%n",
            stats.admitted(),
            stats.overLimit(),
            stats.shed(),
            stats.inFlight());
      }
    }
  }

  /** Starts the server on the usual port, or on a free one if that is taken. */
  private static DemoServer start(HttpShield shield) {
    try {
      return start(PORT, shield);
    } catch (RuntimeException taken) {
      return start(0, shield);
    }
  }

  private static DemoServer start(int port, HttpShield shield) {
    return DemoServer.start(
        port, Scenario.WORKERS, Scenario.WORK, app -> FlowShieldHandler.protect(app, shield));
  }
}
