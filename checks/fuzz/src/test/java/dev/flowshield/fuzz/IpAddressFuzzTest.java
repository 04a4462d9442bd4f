package dev.flowshield.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.client.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** IP addresses as text. */
class IpAddressFuzzTest {

  @FuzzTest
  void areThoseThatTheJdkReads(byte[] input) throws UnknownHostException {
    String text = Trial.header(input);
    Trial.inTime(text, IpAddress::parse);
    Trial.inTime(text, IpAddress::keyOf);

    IpAddress address = IpAddress.parse(text);
    if (address == null) {
      assertThat(IpAddress.keyOf(text)).isEqualTo(IpAddress.UNKNOWN);
      return;
    }
    // As it is an address, the JDK has no reason to ask a name service.
    assertThat(address.toString()).isEqualTo(asWritten(InetAddress.getByName(plain(text))));
    assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
    assertThat(IpAddress.keyOf(text))
        .as("one address has one key")
        .isEqualTo(IpAddress.keyOf(address.toString()));
  }

  /** Without brackets and zone, of which the JDK knows only those of this machine. */
  private static String plain(String text) {
    String inside = text.startsWith("[") ? text.substring(1, text.length() - 1) : text;
    int zone = inside.indexOf('%');
    return zone < 0 ? inside : inside.substring(0, zone);
  }

  private static String asWritten(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4) {
      return address.getHostAddress();
    }
    StringBuilder groups = new StringBuilder();
    for (ByteBuffer rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
      groups.append(String.format("%04x:", rest.getShort()));
    }
    return groups.substring(0, groups.length() - 1);
  }
}
