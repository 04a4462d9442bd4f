package dev.flowshield.checks.overload.scenario;

import java.util.ArrayList;
import java.util.List;

/**
 * The offered load, in multiples of the nominal capacity.
 *
 * @param pieces the pieces in order of time, without gaps, the first from 0 on
 */
public record Load(List<Piece> pieces) {

  /**
   * A straight line.
   *
   * @param from the start in nanoseconds
   * @param to the end in nanoseconds
   * @param start the multiple at {@code from}
   * @param end the multiple at {@code to}
   */
  public record Piece(long from, long to, double start, double end) {

    double at(long instant) {
      return start + (end - start) * (instant - from) / (to - from);
    }
  }

  /** Creates a load with a copy of the list. */
  public Load {
    pieces = List.copyOf(pieces);
  }

  /** Returns a constant load from 0 to an instant. */
  public static Load steady(double multiple, long to) {
    return new Load(List.of(new Piece(0, to, multiple, multiple)));
  }

  /** Returns this load with another multiple from an instant to the end. */
  public Load stepped(long instant, double multiple) {
    return ramped(instant, instant, multiple);
  }

  /**
   * Returns this load with a straight line to another multiple, which then continues to the end.
   */
  public Load ramped(long from, long to, double multiple) {
    List<Piece> all = new ArrayList<>();
    for (Piece piece : pieces) {
      if (piece.from < from) {
        long cut = Math.min(piece.to, from);
        all.add(new Piece(piece.from, cut, piece.start, piece.at(cut)));
      }
    }
    if (from < to) {
      all.add(new Piece(from, to, at(from), multiple));
    }
    if (to < end()) {
      all.add(new Piece(to, end(), multiple, multiple));
    }
    return new Load(all);
  }

  /** Returns the end of the traffic. */
  public long end() {
    return pieces.get(pieces.size() - 1).to;
  }

  /** Returns the multiple at an instant. */
  public double at(long instant) {
    for (Piece piece : pieces) {
      if (instant < piece.to) {
        return piece.at(instant);
      }
    }
    return 0;
  }
}
