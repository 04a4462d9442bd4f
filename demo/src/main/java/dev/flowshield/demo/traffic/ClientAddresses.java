package dev.flowshield.demo.traffic;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Loopback addresses from which clients send, so that a server can distinguish them. */
public final class ClientAddresses {

  private static final int FIRST = 2;

  private ClientAddresses() {}

  /**
   * Returns 127.0.0.2 and the following addresses. Returns 127.0.0.1 alone if the system does not
   * own the whole network, which is the case on macOS.
   */
  public static List<InetAddress> find(int wanted) throws IOException {
    List<InetAddress> found = new ArrayList<>();
    for (int last = FIRST; last < FIRST + wanted; last++) {
      InetAddress address = loopback(last);
      if (!canBind(address)) {
        return List.of(loopback(1));
      }
      found.add(address);
    }
    return List.copyOf(found);
  }

  private static InetAddress loopback(int last) throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
  }

  private static boolean canBind(InetAddress address) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(address, 0));
      return true;
    } catch (IOException notOurs) {
      return false;
    }
  }
}
