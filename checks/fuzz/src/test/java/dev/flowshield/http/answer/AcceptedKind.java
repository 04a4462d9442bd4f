package dev.flowshield.http.answer;

/** Chooses kinds of bodies by their names, for fuzz tests of another package. */
public final class AcceptedKind {

  private AcceptedKind() {}

  /** Returns the kind that an Accept header prefers. */
  public static String of(String header, String byDefault) {
    return Accept.choose(header, BodyKind.valueOf(byDefault)).name();
  }
}
