package dev.flowshield.engine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A cap on the work in flight: a number, one that the shield finds by itself, or none.
 *
 * <pre>{@code
 * InFlightLimit.auto()            // what the server can work at, found and followed
 * InFlightLimit.of(200)           // no more than 200 at a time
 * InFlightLimit.of(200).shadow()  // only counted: what would it shed?
 * InFlightLimit.off()             // no cap
 * }</pre>
 *
 * <p>A value: immutable, equal by content, safe to share.
 */
public final class InFlightLimit {

  private static final InFlightLimit AUTO = new InFlightLimit(Integer.MAX_VALUE, true, false);
  private static final InFlightLimit OFF = new InFlightLimit(Integer.MAX_VALUE, false, false);

  private final int most;
  private final boolean isAuto;
  private final boolean isShadow;

  private InFlightLimit(int most, boolean isAuto, boolean isShadow) {
    this.most = most;
    this.isAuto = isAuto;
    this.isShadow = isShadow;
  }

  /** Returns the cap that the shield finds by itself: {@link FlowShieldBuilder#inFlightAuto}. */
  public static InFlightLimit auto() {
    return AUTO;
  }

  /**
   * Returns a cap of this number.
   *
   * @throws IllegalArgumentException if the number is not 1 to 1,000,000
   */
  public static InFlightLimit of(int most) {
    return new InFlightLimit(FlowShieldBuilder.requireInFlight(most), false, false);
  }

  /** Returns no cap. */
  public static InFlightLimit off() {
    return OFF;
  }

  /**
   * Returns this cap as a shadow: it sheds nothing and counts what it would shed, in
   * {@link ShieldStats#wouldShed}. No cap stays no cap.
   */
  public InFlightLimit shadow() {
    return isOff() ? this : new InFlightLimit(most, isAuto, true);
  }

  /** Returns the number; {@link Integer#MAX_VALUE} if absent. */
  public int most() {
    return most;
  }

  /** Returns whether the shield finds the cap by itself. */
  public boolean isAuto() {
    return isAuto;
  }

  /** Returns whether there is no cap. */
  public boolean isOff() {
    return !isAuto && most == Integer.MAX_VALUE;
  }

  /** Returns whether the cap sheds nothing. */
  public boolean isShadow() {
    return isShadow;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof InFlightLimit that
        && most == that.most
        && isAuto == that.isAuto
        && isShadow == that.isShadow;
  }

  @Override
  public int hashCode() {
    return Objects.hash(most, isAuto, isShadow);
  }

  /** Returns {@code auto}, the number or {@code off}, and whether it is a shadow. */
  @Override
  public String toString() {
    return (isAuto ? "auto" : isOff() ? "off" : String.valueOf(most))
        + (isShadow ? ", shadow" : "");
  }
}
