package dev.flowshield.demo.traffic;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Loopback addresses for clients to send from, so that a server can tell them apart. */
public final class ClientAddresses {

  private static final int FIRST = 2;

  private ClientAddresses() {}

  /**
   * 127.0.0.2 and those after it; or 127.0.0.1 alone where the system does not hold the whole
   * network to be its own, as macOS does not.
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
