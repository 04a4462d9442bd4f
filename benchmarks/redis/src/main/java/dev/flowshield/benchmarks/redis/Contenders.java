package dev.flowshield.benchmarks.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.redis.RedisStore;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.redisson.Redisson;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** All measured libraries, each with its own connections to one server. */
final class Contenders implements AutoCloseable {

  private static final String ADMITS = "1000000/s burst 1000000"; // more than the server can handle
  private static final String REJECTS = "1/h burst 1";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String uri;
  private final int connections;
  private final RedisClient client;
  private final List<Runnable> toClose = new ArrayList<>();

  Contenders(String uri, int connections) {
    this.uri = uri;
    this.connections = connections;
    this.client = RedisClient.create(uri);
  }

  List<Contender> all() {
    return List.of(
        plainGet(),
        flowShield("FlowShield", ADMITS),
        flowShield("FlowShield rejects", REJECTS),
        leased(),
        bucket4j("Bucket4j", 1_000_000, Duration.ofSeconds(1)),
        bucket4j("Bucket4j rejects", 1, Duration.ofHours(1)),
        redisson("Redisson", 1_000_000, Duration.ofSeconds(1)),
        redisson("Redisson rejects", 1, Duration.ofHours(1)));
  }

  private Contender plainGet() {
    List<StatefulRedisConnection<String, String>> each = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      each.add(client.connect());
    }
    return new Contender("GET", (key, connection) -> each.get(connection).sync().get(key) == null);
  }

  private Contender flowShield(String name, String limit) {
    return flowShield(name, LimiterSpec.of(limit).withName(name.replace(' ', '-')));
  }

  private Contender leased() {
    LimiterSpec spec = LimiterSpec.of("10000000/s").withName("leased");
    return flowShield("FlowShield leased", spec.withOption(RedisStore.LEASE, "on"));
  }

  private Contender flowShield(String name, LimiterSpec spec) {
    List<RateLimiter> each = new ArrayList<>();
    for (int i = 0; i < connections; i++) { // all of one client, like those of the others
      RedisStore store =
          RedisStore.using(client).timeout(PATIENCE).instances(connections).open();
      toClose.add(store::close);
      each.add(store.limiter(spec));
    }
    return new Contender(name, (key, connection) -> each.get(connection).tryAcquire(key));
  }

  private Contender bucket4j(String name, long permits, Duration period) {
    BucketConfiguration configuration = BucketConfiguration.builder()
        .addLimit(
            Bandwidth.builder().capacity(permits).refillGreedy(permits, period).build())
        .build();
    List<ProxyManager<byte[]>> each = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      each.add(Bucket4jLettuce.casBasedBuilder(client.connect(ByteArrayCodec.INSTANCE))
          .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(
              Duration.ofSeconds(10)))
          .build());
    }
    return new Contender(
        name,
        (key, connection) -> each.get(connection)
            .builder()
            .build((name + key).getBytes(UTF_8), () -> configuration)
            .tryConsume(1));
  }

  private Contender redisson(String name, long permits, Duration period) {
    Config config = new Config();
    config
        .useSingleServer()
        .setAddress(uri)
        .setConnectionPoolSize(connections)
        .setConnectionMinimumIdleSize(connections);
    RedissonClient redisson = Redisson.create(config);
    toClose.add(redisson::shutdown);
    Map<String, RRateLimiter> limiters = new ConcurrentHashMap<>();
    return new Contender(
        name,
        (key, connection) -> limiters
            .computeIfAbsent(key, unseen -> {
              RRateLimiter limiter = redisson.getRateLimiter(name + key);
              limiter.trySetRate(RateType.OVERALL, permits, period);
              return limiter;
            })
            .tryAcquire(1));
  }

  @Override
  public void close() {
    toClose.forEach(Runnable::run);
    client.shutdown();
  }
}
