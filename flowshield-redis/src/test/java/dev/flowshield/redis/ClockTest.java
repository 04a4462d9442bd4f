package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a key owes, as a server finds it whose clock is behind or ahead of that which wrote it:
 * after a failover, or when its own was set. In place of the clock, the times in the key are moved.
 */
class ClockTest {

  private static final int RATE = 4; // a second
  private static final int BURST = 50;
  private static final int SMALL_BURST = 6;
  private static final int SECONDS = 10;
  private static final String MOVE = """
      local value, left = redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])
      local time = struct.unpack('<i7', value, 2) + ARGV[1] * 1000
      redis.call('SET', KEYS[1], value:sub(1, 1) .. struct.pack('<i7', time) .. value:sub(9), 'PX',
        math.max(1, left + ARGV[1]))
      """;

  static List<String> servers() {
    return Servers.all();
  }

  /** The clock is ahead of what wrote the keys by so many seconds, or behind if negative. */
  private static void step(RedisProcess server, RedisStore store, String limit, int seconds) {
    server.command("EVAL", MOVE, "1", store.name(limit, "alice"), String.valueOf(-1_000 * seconds));
  }

  private static RedisStore open(RedisProcess server) {
    return RedisStore.at(server.uri())
        .timeout(Duration.ofSeconds(10))
        .instances(1)
        .open();
  }

  private static RateLimiter limiter(RedisStore store, String name, int burst) {
    return store.limiter(LimiterSpec.of(RATE + "/s burst " + burst).withName(name));
  }

  private static int admitted(RateLimiter limiter, int requests) {
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      admitted += limiter.decide("alice", 1).isAdmitted() ? 1 : 0;
    }
    return admitted;
  }

  @ParameterizedTest
  @MethodSource("servers")
  void thatIsBehindLocksNoClientOutAndGivesNothing(String name) {
    try (RedisProcess server = Servers.start(name);
        RedisStore one = open(server);
        RedisStore other = open(server)) { // which does not know what was rejected
      long began = System.nanoTime();
      int admitted = admitted(limiter(one, "a", BURST), 2 * BURST);
      step(server, one, "a", -SECONDS);

      RateLimiter limiter = limiter(other, "a", BURST);
      Decision decision = limiter.decide("alice", RATE);
      if (decision instanceof Decision.Rejected rejected) {
        assertThat(rejected.retryAfter()).isLessThanOrEqualTo(Duration.ofSeconds(1));
      } else {
        admitted += RATE; // a machine that is slow
      }
      long until = System.nanoTime() + MILLISECONDS.toNanos(1_200);
      while (until - System.nanoTime() > 0) {
        admitted += admitted(limiter, 1);
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      assertThat((double) admitted).isBetween(BURST + 1.0, BURST + RATE * seconds + 1);
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void thatIsAheadGivesWhatComesBackInThatTimeAndNoMoreThanTheBurst(String name) {
    try (RedisProcess server = Servers.start(name);
        RedisStore one = open(server);
        RedisStore other = open(server)) {
      long began = System.nanoTime();
      int ofLarge = admitted(limiter(one, "large", BURST), 2 * BURST);
      int ofSmall = admitted(limiter(one, "small", SMALL_BURST), 2 * SMALL_BURST);
      step(server, one, "large", SECONDS);
      step(server, one, "small", SECONDS);
      ofLarge += admitted(limiter(other, "large", BURST), 2 * BURST);
      ofSmall += admitted(limiter(other, "small", SMALL_BURST), 2 * SMALL_BURST);

      double meanwhile = RATE * (System.nanoTime() - began) / 1e9 + 1;
      assertThat((double) ofLarge)
          .isBetween(BURST + RATE * SECONDS - 1.0, BURST + RATE * SECONDS + meanwhile);
      assertThat((double) ofSmall).isBetween(2.0 * SMALL_BURST, 2 * SMALL_BURST + meanwhile);
    }
  }
}
