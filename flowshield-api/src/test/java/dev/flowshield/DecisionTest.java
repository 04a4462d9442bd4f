package dev.flowshield;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecisionTest {

  @Test
  void anAdmittedOneSaysWhatRemains() {
    Decision decision = new Decision.Admitted(7);

    assertThat(decision.isAdmitted()).isTrue();
    assertThat(decision.remaining()).isEqualTo(7);
  }

  @Test
  void aRejectedOneSaysWhatRemainsAndWhenToComeBack() {
    Decision.Rejected decision = new Decision.Rejected(2, 1_500_000_001L);

    assertThat(decision.isAdmitted()).isFalse();
    assertThat(decision.remaining()).isEqualTo(2);
    assertThat(decision.retryAfterNanos()).isEqualTo(1_500_000_001L);
    assertThat(decision.retryAfter()).isEqualTo(Duration.ofSeconds(1, 500_000_001));
  }

  @Test
  void aRejectedOneSaysWhatRejects() {
    Decision.Rejected decision = new Decision.Rejected(2, 5, "1/s");

    assertThat(decision.reason()).isEqualTo(Decision.Reason.OVER_LIMIT);
    assertThat(decision.withReason(Decision.Reason.QUEUE_FULL))
        .isEqualTo(new Decision.Rejected(2, 5, "1/s", List.of(), Decision.Reason.QUEUE_FULL))
        .isNotEqualTo(decision);
  }

  @Test
  void isAValue() {
    assertThat(new Decision.Admitted(1))
        .isEqualTo(new Decision.Admitted(1))
        .isNotEqualTo(new Decision.Admitted(2));
    assertThat(new Decision.Rejected(1, 5))
        .isEqualTo(new Decision.Rejected(1, 5))
        .isNotEqualTo(new Decision.Rejected(1, 6));
  }

  @Test
  void isAdmittedOrRejectedAndNothingElse() {
    assertThat(Decision.class.getPermittedSubclasses())
        .containsExactlyInAnyOrder(Decision.Admitted.class, Decision.Rejected.class);
  }
}
