package dev.flowshield.redis.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScriptReplyTest {

  private static final ScriptCall CALL = new ScriptCall.Factory(() -> 0)
      .of(
          ScriptOperation.SOME,
          "key",
          new StoredRates(RateLimit.parseAll("10/s, 100/min"), 1_000),
          3);

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
    ScriptReply reply = ScriptReply.parse(CALL, reply(CALL.id(), 2)).get(0);

    assertThat(reply.granted()).isEqualTo(2);
    assertThat(reply.debts()).containsExactly(7, (1L << 48) - 1);
  }

  static Stream<byte[]> others() {
    byte[] right = reply(CALL.id(), 3);
    return List.of(
        new byte[0],
        Arrays.copyOf(right, right.length - 1),
        Arrays.copyOf(right, right.length + 1),
        reply(CALL.id() + 1, 3), // to another call
        reply(CALL.id(), 4), // more than was asked for
        reply(CALL.id(), -1))
        .stream();
  }

  @ParameterizedTest
  @MethodSource("others")
  void toAnotherCallIsMalformed(byte[] packed) {
    assertThatThrownBy(() -> ScriptReply.parse(CALL, packed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("malformed reply");
  }

  @Test
  void thatIsNullIsMalformed() {
    assertThatThrownBy(() -> ScriptReply.parse(CALL, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("malformed reply");
  }
}
