package dev.flowshield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class JointReservationTest {

  private final List<String> refunded = new ArrayList<>();

  private Reservation.Held held(String name, boolean fails) {
    return new Reservation.Held(1, new Decision.Admitted(0), used -> {
      refunded.add(name);
      if (fails) {
        throw new IllegalStateException(name);
      }
    });
  }

  @Test
  void makesAllRefundsAndThrowsTheFirstFailureWithTheOthers() {
    JointReservation.Held joint = new JointReservation.Held(
        List.of(held("a", true), held("b", false), held("c", true), held("d", false)));

    assertThatThrownBy(joint::cancel)
        .hasMessage("a")
        .satisfies(failure -> assertThat(failure.getSuppressed())
            .extracting(Throwable::getMessage)
            .containsExactly("c"));
    assertThat(refunded).containsExactly("a", "b", "c", "d");
  }

  @Test
  void takesNoStackForEachReservation() {
    Reservation.Held one = held("a", false);
    new JointReservation.Held(Collections.nCopies(1_000_000, one)).cancel();
    assertThat(refunded).containsExactly("a");
  }
}
