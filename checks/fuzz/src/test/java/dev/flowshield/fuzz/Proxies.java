package dev.flowshield.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.client.ForwardingHeader;
import dev.flowshield.http.client.IpAddress;
import dev.flowshield.http.client.Networks;
import dev.flowshield.http.client.TrustedProxies;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Two trusted proxies in a row, which add their part behind what a client wrote. */
final class Proxies {

  private static final IpAddress PROXY = address("10.0.0.1");
  private static final IpAddress STRANGER = address("198.51.100.1");

  private final IpAddress client;
  private final String theirPart;
  private final TrustedProxies named;
  private final TrustedProxies counted;

  /**
   * Proxies that write a header.
   *
   * @param client whom they name
   * @param theirPart what they add, from the comma on
   */
  Proxies(ForwardingHeader header, String client, String theirPart) {
    this.client = address(client);
    this.theirPart = theirPart;
    this.named = TrustedProxies.in(Networks.parse("10.0.0.0/8"), header);
    this.counted = TrustedProxies.hops(2, header);
  }

  /** The proxies are believed, and the client is not. */
  void assertBelieved(String written) {
    Trial.inTime(written, text -> clientOf(named, PROXY, text.lines().toList()));
    Trial.inTime(written, text -> clientOf(counted, PROXY, text.lines().toList()));

    List<String> headers = written.lines().toList();
    assertThat(clientOf(named, STRANGER, headers)).isEqualTo(STRANGER);
    for (TrustedProxies proxies : List.of(named, counted)) {
      assertThat(clientOf(proxies, PROXY, inOneField(written))).isEqualTo(client);
      assertThat(clientOf(proxies, PROXY, inFieldsOfTheirOwn(headers))).isEqualTo(client);
    }
  }

  private List<String> inOneField(String written) {
    return (written + theirPart).lines().toList();
  }

  private List<String> inFieldsOfTheirOwn(List<String> headers) {
    List<String> all = new ArrayList<>(headers);
    all.add(theirPart.substring(1));
    return all;
  }

  private static @Nullable IpAddress clientOf(
      TrustedProxies proxies, IpAddress peer, List<String> headers) {
    return proxies.clientOf(peer, name -> headers);
  }

  private static IpAddress address(String text) {
    return Objects.requireNonNull(IpAddress.parse(text), text);
  }
}
