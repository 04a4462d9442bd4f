package dev.flowshield.demo.overload.server;

import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.HttpShield;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A process with one server. It prints its port, then its state ten times a second, until its input
 * ends or it is stopped.
 */
public final class ServerMain {

  private static final int GLANCE_MILLIS = 100;

  // Strong reference, because the JDK forgets the level of a logger without one.
  private static final Logger ALL = Logger.getLogger("");

  private ServerMain() {}

  /**
   * Starts the server.
   *
   * @param arguments the names of a {@link ServerKind} and a {@link Work}, and the title of a
   *     {@link Protection}
   */
  public static void main(String[] arguments) throws Exception {
    ALL.setLevel(Level.SEVERE);
    // Compiles the computation, because the trial is not about the start of a server.
    App app =
        new App(Work.valueOf(arguments[1]), Cpu.roundsPerMilli(), Protection.parse(arguments[2]));
    HttpShield shield = app.shield();
    int port = ServerKind.valueOf(arguments[0]).start(app);
    System.out.println(ServerProcess.PORT + port);
    long began = System.nanoTime();
    while (System.in.available() == 0 && !System.out.checkError()) {
      Thread.sleep(GLANCE_MILLIS);
      System.out.println(ServerProcess.IN_FLIGHT
          + app.inFlight()
          + String.format(Locale.ROOT, " at %.1f s", (System.nanoTime() - began) / 1e9)
          + (shield == null ? "" : found(shield.stats())));
    }
    Runtime.getRuntime().halt(0);
  }

  private static String found(ShieldStats stats) {
    return " admitted " + stats.admitted() + " shed " + stats.shed() + " cap "
        + stats.inFlightLimit()
        + stats
            .overload()
            .map(it -> String.format(
                Locale.ROOT,
                " baseline %.1f ms, %.0f/s, %s: %s",
                it.latency().toNanos() / 1e6,
                it.perSecond(),
                it.pressure(),
                it.explanation()))
            .orElse("");
  }
}
