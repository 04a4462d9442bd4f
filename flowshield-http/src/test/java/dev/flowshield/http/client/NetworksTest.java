package dev.flowshield.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks as text, and the addresses that they have. */
class NetworksTest {

  private static boolean contains(String networks, String address) {
    return Networks.parse(networks)
        .contains(Objects.requireNonNull(IpAddress.parse(address), address));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0.0.0/8          | 10.255.0.1     | true",
        "10.0.0.0/8          | 11.0.0.0       | false",
        "10.0.0.0/8          | ::ffff:10.1.1.1 | true",
        "10.0.0.0/8          | a00::1         | false",
        "192.0.2.7           | 192.0.2.7      | true",
        "192.0.2.7           | 192.0.2.6      | false",
        "192.0.2.6/31        | 192.0.2.7      | true",
        "2001:db8::/32       | 2001:db8:1::1  | true",
        "2001:db8::/32       | 2001:db9::     | false",
        "2001:db8::1         | 2001:db8::1    | true",
        "2001:db8::1         | 2001:db8::2    | false",
        "2001:db8::/63       | 2001:db8:0:1:: | true",
        "2001:db8::/65       | 2001:db8:0:0:8000:: | false",
        "::ffff:10.0.0.0/104 | 10.1.1.1       | true",
        "0.0.0.0/0           | 203.0.113.7    | true",
        "0.0.0.0/0           | 2001:db8::1    | false",
        "::/0                | 2001:db8::1    | true",
        "loopback            | 127.1.2.3      | true",
        "loopback            | ::1            | true",
        "loopback            | 10.0.0.1       | false",
        "private             | 172.31.0.1     | true",
        "private             | 172.32.0.1     | false",
        "private             | fd00::1        | true",
        "private             | 127.0.0.1      | false",
        "'loopback, private, 198.51.100.0/24' | 198.51.100.9 | true",
        "'loopback, private, 198.51.100.0/24' | 192.168.0.1  | true",
      })
  void haveTheAddressesOfTheirFirstBits(String networks, String address, boolean has) {
    assertThat(contains(networks, address)).isEqualTo(has);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                 | got '': write an address",
        "10.0.0.0/8,        | got '': write an address",
        "localhost          | got 'localhost': write an address as digits, a name is not looked up",
        "10.0.0/8           | got '10.0.0/8': write an address",
        "010.0.0.0/8        | got '010.0.0.0/8': write an address",
        "10.0.0.0/33        | got '10.0.0.0/33': choose a prefix length of 0 to 32",
        "10.0.0.0/          | choose a prefix length of 0 to 32",
        "10.0.0.0/-1        | choose a prefix length of 0 to 32",
        "10.0.0.0/+8        | choose a prefix length of 0 to 32",
        "10.0.0.0/0008      | choose a prefix length of 0 to 32",
        "2001:db8::/129     | choose a prefix length of 0 to 128",
        "10.0.0.1/8         | it has bits set behind its prefix",
        "2001:db8::1/64     | it has bits set behind its prefix",
        "::ffff:10.0.0.0/8  | write an IPv4 network with dots, as in '10.0.0.0/8'",
        "::ffff:10.0.0.0/95 | write an IPv4 network with dots",
      })
  void areRefusedWhereTheyCannotBeMeant(String text, String message) {
    assertThatThrownBy(() -> Networks.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("network must be an address and a prefix length")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void haveWhatOneOfThemHas(long seed) {
    Random random = new Random(seed);
    List<Network> each = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      each.add(random(random));
    }
    Networks all =
        Networks.parse(each.stream().map(Network::toString).collect(Collectors.joining(", ")));

    for (int i = 0; i < 10_000; i++) {
      IpAddress address = random(random).first();
      assertThat(all.contains(address))
          .as("seed %d, %s", seed, address)
          .isEqualTo(each.stream().anyMatch(network -> network.contains(address)));
    }
  }

  /** Networks that are near each other, and within each other, at the edges of all halves. */
  private static Network random(Random random) {
    int prefix = 96 + random.nextInt(33);
    long ends = random.nextBoolean() ? random.nextInt(64) : -1L - random.nextInt(64);
    IpAddress address = random.nextBoolean()
        ? IpAddress.ofIpv4(ends & 0xffff_ffffL)
        : new IpAddress(random.nextInt(4) - 2, ends);
    int length = address.isIpv4() ? prefix : random.nextInt(129);
    return new Network(address.masked(length), length);
  }

  @Test
  void areFoundAmongAHundredThousandWithinAMicrosecond() {
    Networks all = Networks.parse(IntStream.range(0, 100_000)
        .mapToObj(i -> (1 + i / 65_536) + "." + (i >> 8 & 255) + "." + (i & 255) + ".0/24")
        .collect(Collectors.joining(",")));
    IpAddress[] asked = new Random(1)
        .ints(10_000)
        .mapToObj(bits -> IpAddress.ofIpv4(bits & 0x3ff_ffffL))
        .toArray(IpAddress[]::new);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    // The fastest of some tries, as the first ones run code that is not compiled yet.
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < 50; i++) {
      long start = threads.getCurrentThreadCpuTime();
      long found = Stream.of(asked).filter(all::contains).count();
      fastest = Math.min(fastest, threads.getCurrentThreadCpuTime() - start);
      assertThat(found).isBetween(1_000L, 9_999L);
    }

    assertThat(fastest / asked.length).as("nanoseconds").isLessThan(1_000);
  }

  @Test
  void sayWhichAreTooBroadForTheProxiesOfOneOperator() {
    assertThat(Networks.parse("0.0.0.0/0, 10.0.0.0/8, 8.0.0.0/7, ::/0, 2000::/15, 2001::/16")
            .broad())
        .containsExactly(
            "0.0.0.0/0",
            "8.0.0.0/7",
            "0000:0000:0000:0000:0000:0000:0000:0000/0",
            "2000:0000:0000:0000:0000:0000:0000:0000/15");
  }

  @Test
  void areNoneUnlessTheyAreNamed() {
    assertThat(Networks.NONE.isEmpty()).isTrue();
    assertThat(Networks.parse("loopback").isEmpty()).isFalse();
    assertThat(Networks.parse("loopback"))
        .hasToString("127.0.0.0/8, 0000:0000:0000:0000:0000:0000:0000:0001/128");
  }
}
