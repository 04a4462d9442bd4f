package dev.flowshield.http;

import dev.flowshield.engine.Admitted;
import org.jspecify.annotations.Nullable;

/**
 * A request that may run, in flight until it is closed.
 *
 * <p>Close it exactly when the work has truly ended, from any thread; a second close does nothing, one never closed is a place lost for
 * good. How the work went is said before: {@link #failed()} or {@link #ignored()}, else it counts as a success. A request that is left
 * alone, or that the same shield has admitted before, holds no place; closing it does nothing.
 *
 * <p>Thread-safe; never blocks, never throws.
 */
public final class HttpAdmitted implements HttpAdmission, AutoCloseable {

  static final HttpAdmitted WITHOUT_PLACE = new HttpAdmitted(null);

  private final @Nullable Admitted admitted;

  HttpAdmitted(@Nullable Admitted admitted) {
    this.admitted = admitted;
  }

  /** The work failed: an exception, an answer of 500 and above, a timeout. */
  public void failed() {
    if (admitted != null) {
      admitted.failed();
    }
  }

  /** How the work went tells nothing, as when the client went away. */
  public void ignored() {
    if (admitted != null) {
      admitted.ignored();
    }
  }

  /** The work has ended. */
  @Override
  public void close() {
    if (admitted != null) {
      admitted.close();
    }
  }
}
