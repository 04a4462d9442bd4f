package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReplyTest {

  @Test
  void hasADebtForEachRate() {
    Reply reply = Reply.of(List.of(2L, 5L, 6L, 7L, 8L, 9L, 10L), 2);

    assertThat(reply.granted()).isEqualTo(2);
    assertThat(reply.time()).isEqualTo(5);
    assertThat(reply.epoch()).isEqualTo(6);
    assertThat(reply.debts()).containsExactly(7, 9);
    assertThat(reply.refunded()).containsExactly(8, 10);
  }

  static List<List<?>> malformed() {
    return List.of(
        List.of(),
        List.of(1L, 2L, 3L, 4L),
        List.of(1L, 2L, 3L, 4L, 5L, 6L),
        List.of(1L, 2L, 3L, "4", 5L),
        List.of(1L, 2L, 3L, -1L, 5L),
        List.of(1L, 2L, 3L, Long.MAX_VALUE, 5L));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void thatIsNoneIsAFailureOfTheStore(List<?> values) {
    assertThatThrownBy(() -> Reply.of(values, 1))
        .isInstanceOf(StoreFailure.class)
        .hasMessage("malformed");
  }
}
