package dev.flowshield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimiterSpecTest {

  private static final RateLimit LIMIT = RateLimit.parse("100/s burst 50");
  private static final Ticker TICKER = () -> 42;
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

  private final LimiterSpec spec = LimiterSpec.of(LIMIT);

  @Test
  void beginsWithTheTimeOfTheMachineAMillionClientsAndNoOptions() {
    assertThat(spec.limit()).isEqualTo(LIMIT);
    assertThat(spec.ticker()).isSameAs(Ticker.system());
    assertThat(spec.instantSource()).isEqualTo(InstantSource.system());
    assertThat(spec.maxKeys()).isEqualTo(1_000_000);
    assertThat(spec.options()).isEmpty();
  }

  @Test
  void eachSettingChangesThatSettingAlone() {
    LimiterSpec all =
        spec.withTicker(TICKER).withInstantSource(CLOCK).withMaxKeys(5).withOption("zone", "UTC");

    assertThat(all.limit()).isEqualTo(LIMIT);
    assertThat(all.ticker()).isSameAs(TICKER);
    assertThat(all.instantSource()).isSameAs(CLOCK);
    assertThat(all.maxKeys()).isEqualTo(5);
    assertThat(all.options()).isEqualTo(Map.of("zone", "UTC"));
  }

  @Test
  void eachSettingGivesANewSpecAndLeavesTheOldOneAlone() {
    LimiterSpec withZone = spec.withOption("zone", "UTC");
    withZone.withOption("zone", "CET").withOption("more", "x");
    spec.withTicker(TICKER).withInstantSource(CLOCK).withMaxKeys(5);

    assertThat(withZone.options()).isEqualTo(Map.of("zone", "UTC"));
    beginsWithTheTimeOfTheMachineAMillionClientsAndNoOptions();
  }

  @Test
  void theLastValueOfAnOptionStands() {
    assertThat(spec.withOption("zone", "UTC").withOption("zone", "CET").options())
        .isEqualTo(Map.of("zone", "CET"));
  }

  @Test
  void optionsCannotBeChangedThroughTheirMap() {
    assertThatThrownBy(() -> spec.withOption("zone", "UTC").options().put("a", "b"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> spec.options().put("a", "b"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100_000_000})
  void takesTheEndsOfTheRangeOfClients(int maxKeys) {
    assertThat(spec.withMaxKeys(maxKeys).maxKeys()).isEqualTo(maxKeys);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 100_000_001, Integer.MAX_VALUE})
  void rejectsMoreOrFewerKeysWithTheRangeAndAWayOut(int maxKeys) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> spec.withMaxKeys(maxKeys))
        .withMessage("maxKeys must be 1 to 100,000,000, got " + maxKeys
            + ": choose what fits in memory, 24 bytes a key; keys beyond it share allowances");
  }

  @Nested
  class WhenAProviderChecksTheOptions {

    @Test
    void knownOnesPass() {
      LimiterSpec zoned = spec.withOption("zone", "UTC");

      assertThat(zoned.requireOptionsIn("zone", "start")).isSameAs(zoned);
      assertThat(spec.requireOptionsIn()).isSameAs(spec);
    }

    @Test
    void unknownOnesAreNamedBesideTheKnownOnes() {
      LimiterSpec misspelt = spec.withOption("zoen", "UTC").withOption("zone", "UTC");

      assertThatIllegalArgumentException()
          .isThrownBy(() -> misspelt.requireOptionsIn("zone", "start"))
          .withMessage("options must be among [start, zone], got [zoen]:"
              + " correct the spelling or leave them out");
    }

    @Test
    void anyOptionIsUnknownToAProviderWithoutOptions() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> spec.withOption("zone", "UTC").requireOptionsIn())
          .withMessage(
              "options must be empty, got [zone]: this limiter has no options, so leave them out");
    }

    @Test
    void aNameThatTheProviderGivesTwiceIsOneName() {
      LimiterSpec zoned = spec.withOption("zone", "UTC");

      assertThat(zoned.requireOptionsIn("zone", "zone")).isSameAs(zoned);
    }
  }

  @Test
  void printsWhatALimiterIsAskedToBe() {
    assertThat(spec).hasToString("LimiterSpec[100/s burst 50] for up to 1000000 keys");
    assertThat(spec.withMaxKeys(7).withOption("zone", "UTC"))
        .hasToString("LimiterSpec[100/s burst 50] for up to 7 keys {zone=UTC}");
  }

  @Test
  @SuppressWarnings("NullAway") // a caller without null checks may pass null
  void namesTheArgumentThatIsNull() {
    assertThatNullPointerException()
        .isThrownBy(() -> LimiterSpec.of((RateLimit) null))
        .withMessage("limit");
    assertThatNullPointerException().isThrownBy(() -> spec.withTicker(null)).withMessage("ticker");
    assertThatNullPointerException()
        .isThrownBy(() -> spec.withInstantSource(null))
        .withMessage("instantSource");
    assertThatNullPointerException()
        .isThrownBy(() -> spec.withOption(null, "UTC"))
        .withMessage("option name");
    assertThatNullPointerException()
        .isThrownBy(() -> spec.withOption("zone", null))
        .withMessage("option value");
  }

  @Test
  void hasANameByWhichOthersKnowItsPermits() {
    assertThat(LimiterSpec.of("1/s").name()).isEqualTo("default");
    assertThat(LimiterSpec.of("1/s")
            .withName("login")
            .withMaxKeys(5)
            .withOption("a", "b")
            .name())
        .isEqualTo("login");
    assertThatThrownBy(() -> LimiterSpec.of("1/s").withName("log in"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("name of a limit must be 1 to 64 letters, digits, '.', '_' or '-', got"
            + " 'log in': choose a short name, as in 'tenant'");
  }
}
