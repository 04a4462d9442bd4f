package dev.flowshield.benchmarks.load;

import dev.flowshield.benchmarks.report.Load;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * A run over each server: bare, protected and in a flood, in turns. A round has a turn of each, and
 * each round starts with another, so that disturbances affect all alike. The bare server runs
 * twice; the difference between those two is the noise of the run.
 */
public final class LoadRun {

  private static final long MILLI = 1_000_000;
  private static final String LOAD = "Load";
  private static final String FLOOD = "Flood";

  private final List<Load> loads = new ArrayList<>();
  private final int warmUpMillis;
  private final int rounds;
  private final int turnMillis;

  /**
   * Creates a run.
   *
   * @param warmUpMillis the time that each server gets first, including its compiler's
   * @param rounds the number of rounds
   * @param turnMillis the time of a turn
   */
  public LoadRun(int warmUpMillis, int rounds, int turnMillis) {
    this.warmUpMillis = warmUpMillis;
    this.rounds = rounds;
    this.turnMillis = turnMillis;
  }

  /**
   * Runs all turns whose names match, one server after the other.
   *
   * @param only a regular expression for names such as {@code Load.Undertow.flowShield} and {@code
   *     Flood.Undertow.flowShield}; the bare server always runs
   */
  public List<Load> runAll(String only) throws IOException {
    Cores cores = Cores.divide();
    System.out.println(cores.description());
    for (Server server : Server.values()) {
      List<Entry> entries = entries(server).stream()
          .filter(entry -> entry.isBare() || entry.wholeName(server).matches(".*(" + only + ").*"))
          .toList();
      if (!entries.stream().allMatch(Entry::isBare)) {
        run(server, entries, cores);
      }
    }
    return loads;
  }

  private void run(Server server, List<Entry> entries, Cores cores) throws IOException {
    List<Contender> contenders = new ArrayList<>();
    try {
      for (Entry entry : entries) {
        contenders.add(new Contender(
            entry.isFlood() ? entry.name + Load.IN_FLOOD : entry.name,
            entry.difference,
            ServerProcess.start(server, entry.protection, cores),
            entry.isFlood()));
      }
      takeTurns(contenders);
      conclude(contenders, server);
    } finally {
      for (Contender contender : contenders) {
        contender.close();
      }
    }
  }

  /** Returns the contenders that take turns; the bare server is the first. */
  private static List<Entry> entries(Server server) {
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry(LOAD, Load.BARE, Protection.BARE, ""));
    entries.add(new Entry(LOAD, Load.BARE_AGAIN, Protection.BARE, "the noise of this run"));
    entries.add(new Entry(LOAD, Load.PLAIN, Protection.PLAIN, "the peer is the client"));
    entries.add(new Entry(LOAD, Load.EVERYTHING, Protection.EVERYTHING, ""));
    entries.add(new Entry(FLOOD, Load.EVERYTHING, Protection.EVERYTHING, ""));
    if (server.hasOwn()) {
      entries.add(new Entry(LOAD, "own", Protection.OWN, server.differenceOfOwn()));
    }
    if (server == Server.TOMCAT) {
      String difference = "one limit a request, no cap on work in flight; believes the header";
      entries.add(new Entry(LOAD, "bucket4jInCaffeine", Protection.BUCKET4J, difference));
      entries.add(new Entry(FLOOD, "bucket4jInCaffeine", Protection.BUCKET4J, difference));
    }
    return entries;
  }

  private void takeTurns(List<Contender> contenders) throws IOException {
    for (Contender contender : contenders) {
      contender.warmUp(warmUpMillis * MILLI);
    }
    List<Contender> order = new ArrayList<>(contenders);
    for (int round = 0; round < rounds; round++) {
      for (Contender contender : order) {
        contender.takeTurn(turnMillis * MILLI);
      }
      Collections.rotate(order, 1);
      if (round % 2 == 0) {
        Collections.reverse(order);
      }
    }
  }

  private void conclude(List<Contender> contenders, Server server) {
    for (Contender contender : contenders) {
      Load load = contender.load(server.title(), contenders.get(0));
      loads.add(load);
      System.out.printf(
          Locale.ROOT,
          "%-9s %-30s %9.0f/s %5.1f us CPU, %.3f of bare%n",
          load.server(),
          load.name(),
          load.perSecond(),
          load.cpuMicros(),
          load.ratio());
    }
  }

  private record Entry(String kind, String name, Protection protection, String difference) {

    boolean isBare() {
      return protection == Protection.BARE;
    }

    boolean isFlood() {
      return kind.equals(FLOOD);
    }

    String wholeName(Server server) {
      return kind + "." + server.title() + "." + name;
    }
  }
}
