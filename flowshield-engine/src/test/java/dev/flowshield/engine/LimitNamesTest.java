package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The names of limits, and what is said of those that there are not. */
class LimitNamesTest {

  private static FlowShield shieldOf(int limits) {
    FlowShieldBuilder builder = FlowShield.builder();
    for (int i = 0; i < limits; i++) {
      builder.named(Limit.each("limit-" + i, "9/day"));
    }
    return builder.build();
  }

  private static String names(int count) {
    return IntStream.range(0, count).mapToObj(i -> "limit-" + i).collect(Collectors.joining(", "));
  }

  @Test
  void mayHave64Characters() {
    String longest = "n".repeat(64);

    assertThat(Limit.each(longest, "1/s").name()).isEqualTo(longest);
    assertThatThrownBy(() -> Limit.each(longest + "n", "1/s"))
        .hasMessageContaining("got '" + longest + "…'");
    assertThatThrownBy(() -> Limit.each("n".repeat(63) + "!", "1/s"))
        .hasMessageContaining("got '" + "n".repeat(63) + "!'");
  }

  @Test
  void areShownWholeWhereOneIsUnknownUnlessTheyAreLong() {
    FlowShield shield = shieldOf(1);
    String longest = "n".repeat(64);

    assertThatThrownBy(() -> shield.peek(longest, "alice"))
        .hasMessageContaining("[limit-0], got '" + longest + "': correct");
    assertThatThrownBy(() -> shield.peek(longest + "n", "alice"))
        .hasMessageContaining("[limit-0], got '" + longest + "…': correct");
  }

  @Test
  void areAllShownUnlessThereAreMany() {
    int most = 16;

    assertThatThrownBy(() -> shieldOf(most).peek("other", "alice"))
        .hasMessageContaining("[" + names(most) + "], got 'other'");
    assertThatThrownBy(() -> shieldOf(most + 1).peek("other", "alice"))
        .hasMessageContaining("[" + names(most) + ", … 17 in all], got 'other'");
  }

  @Test
  void areEveryoneAndKeyForTheShortForms() {
    FlowShield shield = FlowShield.builder()
        .limit(RateLimit.parse("9/s"))
        .perKey(RateLimit.parse("2/s"))
        .inFlight(7)
        .build();

    assertThat(shield.limits()).extracting(Limit::name).containsExactly("everyone", "key");
    assertThat(shield.inFlightLimit()).isEqualTo(7);
    shield.changeInFlight(8);
    assertThat(shield.inFlightLimit()).isEqualTo(8);
  }
}
