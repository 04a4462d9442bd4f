package dev.flowshield.engine.overload;

/** How admitted work ended. */
public enum Outcome {
  /** It did what it was asked for. */
  SUCCESS,
  /** It failed: an error of the server's own, a timeout. */
  FAILED,
  /** Its end means nothing: the client left, or the work was not admitted after all. */
  IGNORED
}
