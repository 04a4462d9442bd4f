package dev.flowshield.http;

import dev.flowshield.engine.Admitted;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request that may run, in flight until it is closed.
 *
 * <p>Close it exactly when the work has truly ended, from any thread; a second close does nothing,
 * one never closed is a place lost for good. How the work went is said before: {@link
 * #responded(int)}, {@link #failed()} or {@link #ignored()}, else it counts as a success. A request
 * that is left alone, or that the same shield has admitted before, holds no place; closing it does
 * nothing.
 *
 * <p>Thread-safe; never blocks, never throws.
 */
public sealed class HttpAdmitted implements HttpAdmission, AutoCloseable permits DetailedAdmitted {

  static final HttpAdmitted WITHOUT_PLACE = new HttpAdmitted(null, new Unfinished());

  private static final int SERVER_ERROR = 500;
  private static final int PATIENCE_SECONDS = 5;
  private static final int PATIENCE_LOOKS = PATIENCE_SECONDS * Unfinished.LOOKS_PER_SECOND;

  private final @Nullable Admitted admitted;
  private final Unfinished unfinished;

  private volatile @Nullable Supplier<Progress> watched;
  private volatile boolean closed;
  private int looksInPatience; // accessed by the one task that looks

  HttpAdmitted(@Nullable Admitted admitted, Unfinished unfinished) {
    this.admitted = admitted;
    this.unfinished = unfinished;
  }

  /**
   * Asks from now on how far the work has come, twice a second and on another thread, until this is
   * closed; closes it when the work has ended, or when the client has been gone, or the request
   * handed back, for {@value #PATIENCE_SECONDS} seconds. For servers that do not tell every end: a
   * request whose end is told soon should be closed without this. Called once at most.
   *
   * @param work must be quick, must not block and must not throw
   */
  public final void watch(Supplier<Progress> work) {
    if (admitted == null || closed) {
      return;
    }
    watched = work;
    unfinished.add(this);
    if (closed) { // in the meantime, and so perhaps before it was added
      unfinished.remove(this);
    }
  }

  final void look() {
    Supplier<Progress> work = watched;
    Progress progress = work == null ? Progress.GOING_ON : work.get();
    if (progress == Progress.ENDED) {
      close();
    } else if (progress != Progress.GOING_ON) {
      looksInPatience++;
      if (looksInPatience > PATIENCE_LOOKS) {
        if (progress == Progress.CLIENT_GONE) {
          ignored();
        }
        close();
      }
    }
  }

  /**
   * The fields to add to the response before the application writes it, such as {@code RateLimit};
   * none unless {@link HttpShieldBuilder#fields} says always.
   */
  public List<HttpAnswer.Field> fields() {
    return List.of();
  }

  /**
   * The response has this status; from 500 on, the work failed. Policies that charge by status
   * charge by the first that is said; work that {@linkplain #failed() failed} before had 500.
   */
  public void responded(int status) {
    if (status >= SERVER_ERROR) {
      failed();
    }
  }

  /**
   * What the request has cost, for policies with {@code cost=later}: said by the application before
   * the response ends. The last one counts; if nothing is said, the request has cost what was
   * reserved. Without such a policy it does nothing.
   *
   * @param permits 0 or more
   * @throws IllegalArgumentException if the permits are negative
   */
  public void cost(long permits) {
    if (permits < 0) {
      throw new IllegalArgumentException(
          "permits must be 0 or more, got " + permits + ": say what the request has cost");
    }
  }

  /** The work failed: an exception, an answer of 500 and above, a timeout. */
  public void failed() {
    if (admitted != null) {
      admitted.failed();
    }
  }

  /** How the work went tells nothing, as when the client went away. */
  public final void ignored() {
    if (admitted != null) {
      admitted.ignored();
    }
  }

  /** The work has ended. */
  @Override
  public void close() {
    if (admitted != null) {
      closed = true;
      admitted.close();
      if (watched != null) {
        unfinished.remove(this);
      }
    }
  }

  /** Whether a place was held and has been given back. */
  public final boolean isClosed() {
    return closed;
  }
}
