package dev.flowshield.demo;

import dev.flowshield.demo.traffic.ClientAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/**
 * The clients on this machine.
 *
 * @param addresses the addresses from which the clients send, one each
 * @param connections the number of connections of all clients together
 */
record Clients(List<InetAddress> addresses, int connections) {

  Clients {
    addresses = List.copyOf(addresses);
  }

  /** Returns as many addresses and connections as the scenario wants and the system allows. */
  static Clients ofThisMachine() throws IOException {
    return new Clients(
        ClientAddresses.find(Scenario.CLIENTS), OpenFiles.connections(Scenario.CONNECTIONS));
  }

  int count() {
    return addresses.size();
  }

  /** Returns whether a server can distinguish the clients. */
  boolean areApart() {
    return count() > 1;
  }
}
