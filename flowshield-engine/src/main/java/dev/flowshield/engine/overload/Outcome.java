package dev.flowshield.engine.overload;

/** The outcome of admitted work. */
public enum Outcome {
  /** It succeeded. */
  SUCCESS,
  /** It failed: an error of the server's own, a timeout. */
  FAILED,
  /** Its end means nothing: the client left, or the work was not admitted after all. */
  IGNORED
}
