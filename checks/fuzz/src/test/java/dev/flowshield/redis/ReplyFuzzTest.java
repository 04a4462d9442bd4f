package dev.flowshield.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.Ticker;
import dev.flowshield.redis.script.ScriptCall;
import dev.flowshield.redis.script.ScriptOperation;
import dev.flowshield.redis.script.ScriptReply;
import dev.flowshield.redis.script.StoredRates;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server answers in place of the numbers of the script. The first byte tells the kind:
 * {@code i} for bytes behind the id of the call, {@code b} for bytes alone, {@code t} for a
 * text, {@code d} for a number, {@code l} for a list; all else is null.
 */
class ReplyFuzzTest {

  private static final String LIMITS = "10/s burst 4, 100/min burst 50";
  private static final long PERMITS = 3;

  @FuzzTest
  void isWhatIsAskedForOrAFailureOfTheStore(byte[] input) {
    ScriptCall call = new ScriptCall.Factory(() -> -1)
        .of(
            ScriptOperation.TAKE,
            "key",
            new StoredRates(RateLimit.parseAll(LIMITS), 1_000),
            PERMITS);
    Object answer = answer(input, call.argument());
    boolean isGranted = false;
    if (answer instanceof byte[] packed) {
      try {
        isGranted = ScriptReply.parse(call, packed).get(0).granted() >= PERMITS;
      } catch (IllegalArgumentException malformed) {
        assertThat(malformed).hasMessage("malformed reply");
      }
    }
    assertDecides(input, isGranted);
  }

  private static @Nullable Object answer(byte[] input, byte[] call) {
    if (input.length == 0) {
      return null;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    return switch (input[0]) {
      case 'i' -> {
        byte[] answer = Arrays.copyOf(Arrays.copyOfRange(call, 1, 5), 4 + rest.length);
        System.arraycopy(rest, 0, answer, 4, rest.length);
        yield answer;
      }
      case 'b' -> rest;
      case 't' -> new String(rest, UTF_8);
      case 'd' -> (long) rest.length;
      case 'l' -> List.of(rest);
      default -> null;
    };
  }

  private static void assertDecides(byte[] input, boolean isGranted) {
    Ticker ticker = () -> 0;
    RedisStoreBuilder settings =
        RedisStore.at("redis://host").ticker(ticker).onFailure(StoreFailurePolicy.CLOSED);
    try (RedisStore store =
        new RedisStore(settings, new OneAnswer(call -> answer(input, call)), null)) {
      RateLimiter limiter =
          store.limiter(LimiterSpec.of(LIMITS).withName("fuzz").withTicker(ticker));
      Reservation reservation = limiter.reserve("key", PERMITS);
      if (reservation instanceof Reservation.Held held) {
        assertThat(isGranted).isTrue();
        assertThat(held.permits()).isEqualTo(PERMITS);
        assertThat(held.decision().remaining()).isBetween(0L, 4L);
        held.settle(1);
      } else {
        assertThat(isGranted).isFalse();
        assertIsRejection(((Reservation.Rejected) reservation).decision());
      }
      if (limiter.peek("key") instanceof Decision.Rejected rejected) {
        assertIsRejection(rejected);
      }
      assertIsNoWorse(limiter.decide("key", PERMITS), isGranted); // by what is known by now
    }
  }

  private static void assertIsNoWorse(Decision decision, boolean isGranted) {
    assertThat(decision.isAdmitted()).isEqualTo(isGranted);
    if (decision instanceof Decision.Rejected rejected) {
      assertIsRejection(rejected);
    }
  }

  private static void assertIsRejection(Decision.Rejected rejected) {
    assertThat(rejected.retryAfterNanos()).isPositive();
    assertThat(rejected.remaining()).isNotNegative();
  }
}
