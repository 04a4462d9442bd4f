package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.MILLI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Whether as much ends however much is in flight. */
class PlateauTest {

  private final Plateau plateau = new Plateau();
  private long now = Long.MAX_VALUE; // wraps around meanwhile

  /** Where what is in flight grows with the time, and ends are a function of its part that is. */
  private double likelihood(int millis, DoubleUnaryOperator ends) {
    double area = 0;
    plateau.begin(now);
    plateau.mark(0, 0, now);
    for (int milli = 1; milli <= millis; milli++) {
      now += MILLI;
      area += milli;
      plateau.mark(ends.applyAsDouble((double) milli / millis), area, now);
    }
    return plateau.likelihood(ends.applyAsDouble(1), area, now);
  }

  @Test
  void isLikelyWhereAsMuchEndsHoweverMuchIsInFlight() {
    assertThat(likelihood(100, part -> 200 * part)).isGreaterThan(10);
  }

  @Test
  void isUnlikelyWhereEndsAreInProportionToWhatIsInFlight() {
    assertThat(likelihood(100, part -> 200 * part * part)).isLessThan(-10);
  }

  @Test
  void isTheMoreLikelyTheMoreHasEnded() {
    double ofFew = likelihood(100, part -> 10 * part);

    assertThat(likelihood(100, part -> 100 * part)).isCloseTo(10 * ofFew, within(0.1 * ofFew));
  }

  @Test
  void isNeitherLikelyNorUnlikelyWhereAsMuchIsInFlightAllTheTime() {
    plateau.begin(now);
    for (int milli = 1; milli <= 100; milli++) {
      plateau.mark(milli, 10 * milli, now + milli * MILLI);
    }

    assertThat(plateau.likelihood(100, 1_000, now + 100 * MILLI)).isCloseTo(0, within(1e-9));
  }

  @Test
  void isToldAsWellAfterAnyTime() {
    for (int millis : new int[] {20, 1_000, 100_000}) { // there are 16 marks
      assertThat(likelihood(millis, part -> 200 * part)).as("%d ms", millis).isGreaterThan(10);
      assertThat(likelihood(millis, part -> 200 * part * part))
          .as("%d ms, in proportion", millis)
          .isLessThan(-10);
    }
  }

  @Test
  void saysWhatWasInFlightAndWhatEndedInEitherHalf() {
    double area = 0;
    plateau.begin(now);
    for (int milli = 0; milli <= 100; milli++) {
      plateau.mark(0.8 * milli, area, now + milli * MILLI);
      area += (milli < 50 ? 8 : 30) * (double) MILLI / Window.NANOS_PER_TICK;
    }

    assertThat(plateau.halves(80, area, now + 101 * MILLI))
        .matches("(8|9|10) in flight did 800/s, 30 in flight did (7\\d\\d|800)/s");
  }
}
