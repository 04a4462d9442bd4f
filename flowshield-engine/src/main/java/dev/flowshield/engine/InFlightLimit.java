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

  private static final int MOST = 1_000_000;

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

  /**
   * Returns the cap that the shield finds by itself and follows. The number is a little above the
   * work that the server can do at a time without making it wait. It holds once there is evidence
   * that the server is overloaded: see {@link FlowShieldBuilder#processors} and {@link
   * FlowShieldBuilder#shedOnPlateau}. Until then, 10,000 may be in flight.
   *
   * <p>Under overload, less critical work is shed first ({@link Request#withCriticality}); within
   * one criticality, work beyond a client's fair share. Clients are identified by the first limit
   * for each key.
   *
   * <p>The shield learns from work that ends. Until the first work has ended, the cap is 1,000 if
   * the shield sees processors. Work that {@linkplain Admitted#failed() failed} or was
   * {@linkplain Admitted#ignored() ignored} teaches nothing. Each admission and each close reads
   * the clock, and the shield takes about 100 kB. {@link FlowShield#inFlightLimit} returns the
   * number, and {@link ShieldStats#overload} explains it.
   */
  public static InFlightLimit auto() {
    return AUTO;
  }

  /**
   * Returns a cap of this number.
   *
   * @throws IllegalArgumentException if the number is not 1 to 1,000,000
   */
  public static InFlightLimit of(int most) {
    return new InFlightLimit(requireInFlight(most), false, false);
  }

  static int requireInFlight(int most) {
    if (most < 1 || most > MOST) {
      throw new IllegalArgumentException("inFlight must be 1 to 1,000,000, got " + most
          + ": choose what the server can work at together, or leave it out for no cap");
    }
    return most;
  }

  /** Returns no cap. */
  public static InFlightLimit off() {
    return OFF;
  }

  /**
   * Returns this cap as a shadow, which sheds nothing and counts the requests that it would shed:
   * {@link ShieldStats#wouldShed}. An enforced cap that the shield finds would shed somewhat fewer,
   * because it would keep the server fast. No cap remains no cap.
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
