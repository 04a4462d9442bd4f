package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A limit as a value. */
class LimitTest {

  private static final Penalty PENALTY = Penalty.after(3, Duration.ofMinutes(1));
  private static final Limit TENANT = Limit.each("tenant", "100/s, 5000/h");

  @Test
  void isOfTheTokenBucketWithRoomForAMillionKeysUnlessToldOtherwise() {
    assertThat(TENANT.limiter()).isEqualTo("token-bucket");
    assertThat(TENANT.maxKeys()).isEqualTo(1_000_000);
    assertThat(TENANT.isShadow()).isFalse();
    assertThat(TENANT.penalty()).isEmpty();
    assertThat(TENANT.withPenalty(PENALTY).withMaxKeys(5).shadow().penalty()).hasValue(PENALTY);
  }

  @Test
  void isEqualToAnotherOfTheSameContent() {
    Limit same = Limit.each("tenant", "5/s").withLimits("100/s, 5000/h");

    assertThat(same).isEqualTo(TENANT).hasSameHashCodeAs(TENANT);
    assertThat(TENANT.hashCode()).isNotEqualTo(TENANT.shadow().hashCode());
  }

  @Test
  void isAnotherOnceAnyPartIsAnother() {
    RateLimiter yes = (key, permits) -> new Decision.Admitted(1);
    List<Limit> all = List.of(
        TENANT,
        Limit.each("user", "100/s, 5000/h"),
        Limit.together("tenant", "100/s, 5000/h"),
        TENANT.withLimits("100/s, 5001/h"),
        TENANT.withLimiter("fixed-window"),
        TENANT.withLimiter(yes),
        TENANT.withMaxKeys(5),
        TENANT.withPenalty(PENALTY),
        TENANT.withPenalty(PENALTY.withMaxOffenders(5)),
        TENANT.shadow());

    assertThat(all).doesNotHaveDuplicates();
  }

  @Test
  void isEnforcedAgainAsIfItHadNeverBeenAShadow() {
    assertThat(TENANT.shadow().isShadow()).isTrue();
    assertThat(TENANT.shadow().enforced()).isEqualTo(TENANT);
    assertThat(TENANT.enforced()).isEqualTo(TENANT);
  }

  @Test
  void saysWhatItIs() {
    assertThat(TENANT).hasToString("tenant: 100/s, 5000/h each");
    assertThat(Limit.together("search", "5/s").shadow())
        .hasToString("search: 5/s together, shadow");
  }
}
