package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReplyTest {

  private static final Question QUESTION = new Question.Form(() -> 0)
      .of(Deed.SOME, "key", new StoredRates(RateLimit.parseAll("10/s, 100/min"), 1_000), 3);

  /** Packs numbers with the lowest byte first: each number is followed by its size. */
  private static byte[] packed(long... numbersAndSizes) {
    byte[] packed = new byte[64];
    int at = 0;
    for (int i = 0; i < numbersAndSizes.length; i += 2) {
      for (int k = 0; k < numbersAndSizes[i + 1]; k++) {
        packed[at++] = (byte) (numbersAndSizes[i] >> (8 * k));
      }
    }
    return Arrays.copyOf(packed, at);
  }

  private static byte[] reply(long id, long granted) {
    return packed(id, 4, granted, 7, 7, 6, (1L << 48) - 1, 6);
  }

  @Test
  void hasADebtForEachRate() {
    Reply reply = Reply.all(QUESTION, reply(QUESTION.id(), 2)).get(0);

    assertThat(reply.granted()).isEqualTo(2);
    assertThat(reply.debts()).containsExactly(7, (1L << 48) - 1);
  }

  static Stream<byte[]> others() {
    byte[] right = reply(QUESTION.id(), 3);
    return List.of(
        new byte[0],
        Arrays.copyOf(right, right.length - 1),
        Arrays.copyOf(right, right.length + 1),
        reply(QUESTION.id() + 1, 3), // to another question
        reply(QUESTION.id(), 4), // more than was asked for
        reply(QUESTION.id(), -1))
        .stream();
  }

  @ParameterizedTest
  @MethodSource("others")
  void toAnotherQuestionIsAFailureOfTheStore(byte[] packed) {
    assertThatThrownBy(() -> Reply.all(QUESTION, packed))
        .isInstanceOf(StoreFailure.class)
        .hasMessage("malformed");
  }

  @Test
  void thatIsNullIsAFailureOfTheStore() {
    assertThatThrownBy(() -> Reply.all(QUESTION, null)).hasMessage("malformed");
  }
}
