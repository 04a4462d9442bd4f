package dev.flowshield.http.exchange;

import dev.flowshield.http.binding.AdmissionHooks;
import dev.flowshield.http.binding.WatchedWork;
import java.util.List;

/**
 * A request that may run. It is in flight until it is closed, or until it is {@linkplain
 * #markAsStream() established} as a stream. A stream is counted as open until it is closed.
 *
 * <p>Close it exactly when the work has ended, from any thread. An admission that is never closed
 * is a slot lost for good. A second close has no effect. Report the outcome before the close, by
 * {@link #responded(int)}, {@link #failed()} or {@link #ignored()}; without a report, the work
 * counts as a success.
 *
 * <p>A health check, and a request that the same shield has admitted before, holds no slot. Closing
 * it has no effect.
 *
 * <p>Thread-safe; never blocks, never throws.
 */
public non-sealed interface HttpAdmitted extends HttpAdmission, AdmissionHooks, AutoCloseable {

  /**
   * Returns the headers to add to the response before the application writes it, such as {@code
   * RateLimit}; empty unless the headers of the shield are {@link HeaderMode#ALWAYS}. They cannot
   * state a cost that the application reports later.
   */
  List<ShieldResponse.Header> headers();

  /**
   * Reports the status of the response. From 500 on, the work counts as failed. Policies that
   * charge by status use the first report. Work that {@linkplain #failed() failed} before has
   * status 500.
   */
  void responded(int status);

  /** Reports that the work failed: an exception, a response of 500 and above, or a timeout. */
  void failed();

  /** Reports an outcome that is not evidence for or against the server: the client went away. */
  void ignored();

  /** Ends the work. */
  @Override
  void close();

  /** Returns whether the work has ended; always false for a request that held no slot. */
  boolean isClosed();

  /**
   * Polls the progress of the work until this is closed, twice a second and on another thread. For
   * servers that do not report every end; a request whose end is reported soon should be closed
   * without this. Call it at most once.
   *
   * <ul>
   *   <li>Calls {@link #markAsStream()} when the work is a stream. A stream for which there is no
   *       room is cut off a second later.
   *   <li>Closes this when the work has ended.
   *   <li>Closes this when the client has been gone, or the request has been handed back, for five
   *       seconds; for a stream, half a second.
   * </ul>
   */
  void watch(WatchedWork work);
}
