package dev.flowshield.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.redis.RedisStore;
import dev.flowshield.redis.provider.RedisStoreProvider;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreAddressTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://host",
        "rediss://:secret@host:6380/2",
        "redis-socket:///tmp/redis",
        "redis+ssl://host",
        "redis+tls://host",
        "redis-sentinel://host:26379,other#primary",
        "rediss-sentinel://host#primary",
        "redis-cluster://host:7000,other",
        "rediss-cluster://user:secret@host:7000"
      })
  void isOneOfEachKindThatTheProviderKnows(String uri) {
    assertThat(new RedisStoreProvider().canOpen(uri)).isTrue();
    assertThat(StoreAddress.parse(uri).nodes()).isNotEmpty();
    assertThat(RedisStore.at(uri).open().toString()).doesNotContain("secret");
  }

  @Test
  void namesSeveralServersOfACluster() {
    StoreAddress address =
        StoreAddress.parse("rediss-cluster://user:se%40cret@host:7000,other?timeout=3s");

    assertThat(address.isCluster()).isTrue();
    assertThat(address).hasToString("rediss-cluster://host:7000,other:6379");
    assertThat(address.nodes()).hasSize(2).allSatisfy(node -> {
      assertThat(node.isSsl()).isTrue();
      assertThat(node.getTimeout()).isEqualTo(Duration.ofSeconds(3));
    });
    assertThat(StoreAddress.parse("redis-cluster://host").nodes())
        .extracting(RedisURI::isSsl)
        .containsExactly(false);
  }

  @Test
  void mayBeOfTheSixthVersion() {
    StoreAddress address = StoreAddress.parse("redis://:secret@[::1]:6380/2");
    assertThat(address.nodes().get(0).getHost()).isEqualTo("::1");
    assertThat(address.nodes().get(0).getPort()).isEqualTo(6380);
    assertThat(address.toString()).contains("@[::1]:6380/2").doesNotContain("secret");
    assertThat(StoreAddress.parse("redis://[2001:db8::7]")).hasToString("redis://[2001:db8::7]");
    assertThat(StoreAddress.parse("redis-cluster://[::1]:7000,[::2]"))
        .hasToString("redis-cluster://[::1]:7000,[::2]:6379");
  }

  @Test
  void mayHaveAnyPasswordThatIsEncoded() {
    RedisURI node = StoreAddress.parse("redis://us%40er:p%40s%2Fs%23%3F@10.0.0.1:6380")
        .nodes()
        .get(0);
    RedisCredentials credentials =
        node.getCredentialsProvider().resolveCredentials().toFuture().join();
    assertThat(credentials.getUsername()).isEqualTo("us@er");
    assertThat(credentials.getPassword()).containsExactly("p@s/s#?".toCharArray());
    assertThat(node.getHost()).isEqualTo("10.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://:sec@ret@10.0.0.1:6379",
        "redis://user:sec@ret@host",
        "redis://:1/secret@10.0.0.1:6379",
        "redis://:1#secret@10.0.0.1:6379",
        "redis://:1?secret@10.0.0.1:6379",
        "redis-sentinel://:sec@ret@10.0.0.1:26379#primary",
        "redis-cluster://:sec@ret@10.0.0.1:7000,10.0.0.2:7000",
        "redis-cluster://:1/secret@10.0.0.1:7000"
      })
  void isNoPartOfAPassword(String uri) {
    assertThatThrownBy(() -> RedisStore.at(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'@' is written %40")
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("sec@ret");
  }

  @Test
  void saysHowLongServersAreWaitedForUnlessItIsSet() {
    StoreAddress set = StoreAddress.parse("redis-sentinel://host?timeout=3s#primary");
    StoreAddress usual = StoreAddress.parse("redis-sentinel://host,other#primary");
    set.setTimeout(Duration.ofSeconds(1));
    usual.setTimeout(Duration.ofSeconds(1));

    assertThat(set.nodes().get(0).getTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(usual.nodes().get(0).getTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(usual.nodes().get(0).getSentinels())
        .hasSize(2)
        .allSatisfy(node -> assertThat(node.getTimeout()).isEqualTo(Duration.ofSeconds(1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "redis-cluster://user:secret@host:port,b | redis-cluster://…@host:port,b",
        "redis-cluster://user:secret@a,,b        | redis-cluster://…@a,,b",
        "redis-cluster://user:secret@a/2         | redis-cluster://…@a/2",
        "redis-cluster:secret                    | redis-cluster:…",
        "redis-cluster://                        | redis-cluster:…",
        "redis://user:secret@h o                 | redis://…@h o",
        "redis://host:secret                     | redis:…"
      })
  void isRejectedWithWhatIsWrongAndWithoutAPassword(String uri, String shown) {
    assertThatThrownBy(() -> RedisStore.at(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("store must be an address as in redis://host:6379,")
        .hasMessageContaining("redis-cluster://host:6379,other:6379")
        .hasMessageContaining("got '" + shown + "': ")
        .hasMessageEndingWith("correct it")
        .hasMessageNotContaining("secret");
  }
}
