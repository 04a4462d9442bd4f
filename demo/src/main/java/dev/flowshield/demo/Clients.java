package dev.flowshield.demo;

import dev.flowshield.demo.traffic.ClientAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/**
 * Who sends, on this machine.
 *
 * @param addresses where the clients send from, one address each
 * @param connections how many connections they hold together
 */
record Clients(List<InetAddress> addresses, int connections) {

  Clients {
    addresses = List.copyOf(addresses);
  }

  /** As many addresses and connections as the scenario wants and the system allows. */
  static Clients ofThisMachine() throws IOException {
    return new Clients(
        ClientAddresses.find(Scenario.CLIENTS), OpenFiles.connections(Scenario.CONNECTIONS));
  }

  int count() {
    return addresses.size();
  }

  /** Whether a server can tell them apart. */
  boolean areApart() {
    return count() > 1;
  }
}
