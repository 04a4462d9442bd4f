package dev.flowshield.http.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Networks that are treated alike, such as those of trusted proxies. As text they stand one after
 * the other with commas between, by their addresses or by the name of a set: {@code loopback} for
 * this machine, {@code private} for the networks that RFC 1918 and RFC 4193 set aside.
 *
 * <p>Immutable. A look at them takes a few nanoseconds for each network.
 */
public final class Networks {

  /** No networks. */
  public static final Networks NONE = new Networks(List.of());

  private static final Map<String, List<String>> SETS = Map.of(
      "loopback", List.of("127.0.0.0/8", "::1/128"),
      "private", List.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"));

  private final Network[] all;

  private Networks(List<Network> all) {
    this.all = all.toArray(Network[]::new);
  }

  /**
   * Reads a list of networks.
   *
   * @throws IllegalArgumentException if one is neither a network nor the name of a set
   */
  public static Networks parse(String text) {
    List<Network> all = new ArrayList<>();
    for (String each : text.split(",", -1)) {
      String one = each.strip();
      SETS.getOrDefault(one, List.of(one)).forEach(network -> all.add(Network.parse(network)));
    }
    return new Networks(all);
  }

  /** Whether one of them has an address. */
  public boolean contains(IpAddress address) {
    for (Network network : all) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return all.length == 0;
  }

  /** Those that are too large to be the proxies of one operator: below /8, or /16 for IPv6. */
  public List<String> broad() {
    return List.of(all).stream().filter(Network::isBroad).map(Network::toString).toList();
  }

  @Override
  public String toString() {
    return List.of(all).stream().map(Network::toString).collect(Collectors.joining(", "));
  }
}
