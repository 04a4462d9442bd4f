package dev.flowshield.demo;

import java.util.Locale;
import java.util.StringJoiner;

/** The explanation before the numbers: the procedure and the way of counting. */
record Introduction(Clients clients) {

  String text() {
    StringJoiner lines = new StringJoiner(System.lineSeparator());
    lines.add("The same spike of traffic against the same server, without FlowShield and with it.");
    lines.add("");
    lines.add(line(
        "Server   Undertow on loopback with %d workers. A request holds a worker for %d ms, which are spent waiting,",
        Scenario.WORKERS, Scenario.WORK.toMillis()));
    lines.add(line(
        "         as for a database, and not computing: its capacity is %d requests a second on any machine.",
        Scenario.CAPACITY));
    lines.add(line(
        "Traffic  %,d requests a second for %d s, %,d for %d s, %,d for %d s. Each request has its instant and is sent then,",
        Scenario.BEFORE.perSecond(),
        Scenario.BEFORE.length().toSeconds(),
        Scenario.SPIKE.perSecond(),
        Scenario.SPIKE.length().toSeconds(),
        Scenario.AFTER.perSecond(),
        Scenario.AFTER.length().toSeconds()));
    lines.add("         however the server fares; latency counts from that instant.");
    lines.add(line("Clients  %s", whoSends()));
    lines.add(line(
        "         They hold %,d connections. A request that finds all of its client's waiting for answers has failed.",
        clients.connections()));
    if (clients.connections() < Scenario.CONNECTIONS) {
      lines.add(line(
          "         %,d were wanted, but the system allows no more open files: raise \"ulimit -n\" to see the queue they make.",
          Scenario.CONNECTIONS));
    }
    lines.add(line(
        "In time  is an answer 200 within %d ms. Later ones are late. Over limit is 429, shed is 503, all else failed.",
        Scenario.DEADLINE.toMillis()));
    return lines.toString();
  }

  private String whoSends() {
    if (!clients.areApart()) {
      return line(
          "All from %s, as this system has no other loopback address: FlowShield limits them together.",
          clients.addresses().get(0).getHostAddress());
    }
    return line(
        "%d addresses, %s to %s. The first, a greedy one, sends %d of 100 requests.",
        clients.count(),
        clients.addresses().get(0).getHostAddress(),
        clients.addresses().get(clients.count() - 1).getHostAddress(),
        Scenario.GREEDY_PERCENT);
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
