package dev.flowshield.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.OnStoreFailure;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.Ticker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server answers in place of the numbers of the script: words that are numbers, texts
 * ({@code 'a}), bytes ({@code #a}), null ({@code -}), and a list of the rest ({@code [}).
 */
class ReplyFuzzTest {

  private static final String LIMITS = "10/s burst 4, 100/min burst 50";
  private static final int RATES = 2;
  private static final long PERMITS = 3;

  @FuzzTest
  void isANumberForEachThingThatIsAskedOrAFailureOfTheStore(byte[] input) {
    List<@Nullable Object> answer = read(List.of(new String(input, UTF_8).split("\\s", 64)));
    Throwable failure = catchThrowable(() -> Reply.of(answer, RATES));
    if (failure != null) {
      assertThat(failure).isExactlyInstanceOf(StoreFailure.class).hasMessage("malformed");
    }
    boolean isGranted = failure == null && Reply.of(answer, RATES).granted() >= PERMITS;
    assertDecides(answer, isGranted);
    if (answer.size() == 1) {
      assertDecides(answer.get(0), false); // in place of a list
    }
  }

  private static List<@Nullable Object> read(List<String> words) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("[")) {
        values.add(read(words.subList(i + 1, words.size())));
        break;
      }
      values.add(
          word.equals("-")
              ? null
              : word.startsWith("'")
                  ? word
                  : word.startsWith("#") ? word.getBytes(UTF_8) : number(word));
    }
    return values;
  }

  private static Object number(String word) {
    try {
      return Long.valueOf(word);
    } catch (NumberFormatException none) {
      return word;
    }
  }

  private static void assertDecides(@Nullable Object answer, boolean isGranted) {
    Ticker ticker = () -> 0;
    RedisStoreBuilder settings =
        RedisStore.at("redis://host").ticker(ticker).onFailure(OnStoreFailure.CLOSED);
    try (RedisStore store = new RedisStore(settings, new OneAnswer(answer), null)) {
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
