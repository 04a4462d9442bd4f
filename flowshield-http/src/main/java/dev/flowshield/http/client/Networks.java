package dev.flowshield.http.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A set of networks, such as those of trusted proxies. The text form is a list with commas of
 * addresses or of names: {@code loopback} for this machine, {@code private} for the networks of
 * RFC 1918 and RFC 4193.
 *
 * <p>Immutable. A look-up is a binary search, which takes less than a microsecond among 100,000.
 */
public final class Networks {

  private static final Map<String, List<String>> SETS = Map.of(
      "loopback", List.of("127.0.0.0/8", "::1/128"),
      "private", List.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"));

  // By first address, and then the widest network first.
  private static final Comparator<Network> BY_FIRST = Comparator.comparing(
          Network::first, IpAddress::compareUnsigned)
      .thenComparingInt(Network::prefix);

  /** No networks. */
  public static final Networks NONE = new Networks(List.of());

  private final List<Network> all; // in the order of the text

  // The table: the networks that are in no other, by their first addresses. Two networks are either
  // apart or one within the other, so that an address can only be in the last one before it.
  private final Network[] apart;
  private final long[] highs; // of the first addresses, beside the table: a search reads them alone
  private final long[] lows;

  private Networks(List<Network> all) {
    this.all = List.copyOf(all);
    this.apart = apart(all);
    this.highs = Stream.of(apart).mapToLong(each -> each.first().high()).toArray();
    this.lows = Stream.of(apart).mapToLong(each -> each.first().low()).toArray();
  }

  private static Network[] apart(List<Network> all) {
    List<Network> apart = new ArrayList<>();
    all.stream().sorted(BY_FIRST).forEach(each -> {
      boolean isWithin = !apart.isEmpty() && apart.get(apart.size() - 1).contains(each.first());
      if (!isWithin) {
        apart.add(each);
      }
    });
    return apart.toArray(Network[]::new);
  }

  /**
   * Parses a list of networks.
   *
   * @throws IllegalArgumentException if one is neither a network nor the name of a set
   */
  public static Networks parse(String text) {
    return parse("network", text);
  }

  /** Reads a list of networks, which messages call by this name. As {@link #parse(String)}. */
  public static Networks parse(String name, String text) {
    List<Network> all = new ArrayList<>();
    for (String each : text.split(",", -1)) {
      String one = each.strip();
      SETS.getOrDefault(one, List.of(one))
          .forEach(network -> all.add(Network.parse(name, network)));
    }
    return new Networks(all);
  }

  /** Returns whether an address is in one of the networks. */
  public boolean contains(IpAddress address) {
    int from = 0;
    int to = apart.length; // those before from begin at or before the address
    while (from < to) {
      int middle = (from + to) >>> 1;
      int order = Long.compareUnsigned(highs[middle], address.high());
      boolean isAfter =
          order > 0 || (order == 0 && Long.compareUnsigned(lows[middle], address.low()) > 0);
      if (isAfter) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from > 0 && apart[from - 1].contains(address);
  }

  /** Returns whether the set is empty. */
  public boolean isEmpty() {
    return all.isEmpty();
  }

  /** Returns the number of networks in the text. */
  public int size() {
    return all.size();
  }

  /** Returns the networks too large for the proxies of one operator: below /8, or /16 for IPv6. */
  public List<String> broad() {
    return all.stream().filter(Network::isBroad).map(Network::toString).toList();
  }

  @Override
  public String toString() {
    return all.stream().map(Network::toString).collect(Collectors.joining(", "));
  }
}
