package dev.flowshield.proxies;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;

/** The two families of addresses. */
enum Family {
  IPV4("127.0.0.1", "TCP4", "203.0.113.7", "203.0.113.8"),
  IPV6("::1", "TCP6", "2001:db8:0:7::1", "2001:db8:0:8::1");

  private final String loopback;
  private final String protocol;
  private final String alice;
  private final String bob;

  Family(String loopback, String protocol, String alice, String bob) {
    this.loopback = loopback;
    this.protocol = protocol;
    this.alice = alice;
    this.bob = bob;
  }

  /** Where servers of this family listen; the test ends here where the machine has none. */
  InetAddress loopback() throws IOException {
    assumeTrue(
        this == IPV4 || hasIpv6(), "this machine has no IPv6 at all, not even the address ::1");
    return InetAddress.getByName(loopback);
  }

  /** The address of a client. */
  String alice() {
    return alice;
  }

  /** The address of another client. */
  String bob() {
    return bob;
  }

  /** The first line of a connection by the PROXY protocol. */
  String proxyLine(String client) {
    return "PROXY " + protocol + " " + client + " " + loopback + " 4711 80\r\n";
  }

  private static boolean hasIpv6() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .anyMatch(Inet6Address.class::isInstance);
  }
}
