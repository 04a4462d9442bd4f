package dev.flowshield.servlet;

import dev.flowshield.http.binding.Progress;
import dev.flowshield.http.binding.WatchedWork;
import dev.flowshield.http.exchange.HttpAdmitted;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An admitted request on its way through the application. It closes its admission when the work has
 * ended: when the chain returns or, for asynchronous work, when the container reports its end.
 *
 * <p>If the client resets the stream, the container reports the end at once, although the
 * application still works. If the slot were released then, a client could cause unlimited work by
 * resetting request after request. The slot is therefore kept until the application completes or
 * dispatches the request, or until the time limit of {@link HttpAdmitted#watch} has passed.
 *
 * <p>Containers do not report when a response is committed. The response of an asynchronous
 * request, or of one that accepts an event stream, is therefore polled when the chain has returned
 * and twice a second. Once the response is a committed event stream, the request becomes an open
 * stream.
 *
 * <p>The listener is added within {@code startAsync}, before the application sees the context.
 * Afterwards it could be too late: another thread may already have dispatched or completed the
 * request, and the container then accepts no listener.
 */
final class AdmissionRequest extends HttpServletRequestWrapper
    implements AsyncListener, WatchedWork {

  private final HttpServletResponse response;
  private final HttpAdmitted admitted;

  // Confined to the thread that runs the chain.
  private boolean listening;
  private boolean watching;
  private @Nullable HttpUpgradeHandler upgradeHandler;

  private volatile @Nullable AsyncContext context; // since the first start
  private volatile @Nullable ProtocolUpgrade upgrade;

  // Each side writes its own field before it reads the other, so at least one side closes.
  private volatile boolean clientGone;
  private volatile boolean handedBack; // since the last start

  private volatile boolean completed;

  AdmissionRequest(
      HttpServletRequest request, HttpServletResponse response, HttpAdmitted admitted) {
    super(request);
    this.response = response;
    this.admitted = admitted;
  }

  /**
   * Prepares the request. Must be called before the chain. A request that accepts an event stream
   * is watched from now on, because its response may become one while the chain runs. Other
   * requests are watched as soon as they are asynchronous.
   */
  void beforeChain() {
    String accept = getHeader("Accept");
    if (accept != null && accept.contains("text/event-stream")) {
      watch();
    }
  }

  private void watch() {
    if (!watching) {
      watching = true;
      admitted.watch(this);
    }
  }

  @Override
  public <T extends HttpUpgradeHandler> T upgrade(Class<T> type)
      throws IOException, ServletException {
    T handler = super.upgrade(type);
    upgradeHandler = handler;
    return handler;
  }

  @Override
  public AsyncContext startAsync() {
    return watched(listenTo(super.startAsync()));
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    return watched(listenTo(super.startAsync(request, response)));
  }

  /**
   * Returns the context for the application. Returns null if the container has no context and does
   * not throw, which is the case in Spring's MockMvc.
   */
  @Override
  public @Nullable AsyncContext getAsyncContext() {
    @Nullable AsyncContext known = super.getAsyncContext();
    return known == null ? null : watched(known);
  }

  private AsyncContext watched(AsyncContext context) {
    return new AdmissionContext(context, this);
  }

  /** Notes that the application has dispatched or completed the request. */
  void handedBack() {
    handedBack = true;
    if (clientGone) { // otherwise the container reports the end
      admitted.close();
    }
  }

  /** Notes that the application has completed the request. */
  void completed() {
    completed = true;
    handedBack();
  }

  /**
   * Closes the admission unless the work continues. Must be called when the chain has returned or
   * thrown.
   */
  void afterChain() {
    if (listening) {
      if (progressOfResponse() == Progress.ESTABLISHED) { // now, because events come in bursts
        admitted.markAsStream();
      }
      return;
    }
    try {
      if (isAsyncStarted()) { // by code that unwrapped the request
        listenTo(super.getAsyncContext());
        return;
      }
    } catch (IllegalStateException dispatchedOrCompleted) {
      // The container accepts no listener any more and will report no event, so close now.
    }
    if (response.getStatus() != HttpServletResponse.SC_SWITCHING_PROTOCOLS || !watchUpgrade()) {
      close();
    }
  }

  /** Watches a request that has left HTTP, if its end can be detected. Returns whether it can. */
  private boolean watchUpgrade() {
    upgrade = ProtocolUpgrade.of(getRequest(), upgradeHandler);
    if (upgrade == null) {
      return false;
    }
    admitted.markAsStream();
    watch();
    return true;
  }

  /**
   * Adds this listener. Every later start drops the listeners of the start before, and {@link
   * #onStartAsync} adds this one again.
   */
  private AsyncContext listenTo(AsyncContext started) {
    handedBack = false;
    if (!listening) {
      started.addListener(this);
      listening = true;
      context = started;
      watch();
    }
    return started;
  }

  @Override
  public void onStartAsync(AsyncEvent event) {
    event.getAsyncContext().addListener(this);
  }

  /**
   * Ignored, because a timeout is neither a success nor a failure: without a response the request
   * ends with status 500, and with one it may be a long poll.
   */
  @Override
  public void onTimeout(AsyncEvent event) {}

  /**
   * Closes the admission if the application failed. Completion should follow at once, but Tomcat
   * 10.1.60 loses it if the request threw after {@code startAsync}.
   */
  @Override
  public void onError(AsyncEvent event) {
    if (event.getThrowable() instanceof IOException && !handedBack) {
      admitted.ignored();
      clientGone = true;
      if (handedBack) { // in the meantime
        admitted.close();
      }
    } else {
      admitted.failed();
      close();
    }
  }

  @Override
  public void onComplete(AsyncEvent event) {
    if (!clientGone) {
      close();
    }
  }

  /** Completes an asynchronous stream, like the container after its timeout. */
  @Override
  public void cutOff() {
    AsyncContext started = context;
    if (started != null) {
      try {
        started.complete();
      } catch (RuntimeException alreadyEnded) {
        // The container reports the end, or the next poll detects it.
      }
    }
  }

  @Override
  public Progress progress() {
    ProtocolUpgrade upgraded = upgrade;
    if (upgraded != null) {
      return upgraded.progress();
    }
    if (clientGone) {
      return Progress.CLIENT_GONE;
    }
    AsyncContext started = context;
    if (started != null && isRecycled(started)) { // unknown to the application
      admitted.ignored();
      clientGone = true;
      return handedBack ? Progress.ENDED : Progress.CLIENT_GONE;
    }
    // If a stream is reset while its request becomes asynchronous, Tomcat 10.1 may start the
    // context and never report that it is complete.
    return completed ? Progress.HANDED_BACK : progressOfResponse();
  }

  private Progress progressOfResponse() {
    try {
      return response.isCommitted()
          ? Progress.committed(response.getContentType())
          : Progress.GOING_ON;
    } catch (RuntimeException recycled) { // after it was checked
      return Progress.GOING_ON;
    }
  }

  /**
   * Returns whether the container has finished with a request. Two containers may finish without an
   * event. Jetty 12.1 does if the client goes away during the response body. Tomcat 10.1 does if
   * the client resets an HTTP/2 stream just as the request becomes asynchronous. Both leave a sign.
   * In Tomcat, the context no longer has a timeout. In Jetty, the context has no request, and its
   * own method throws {@link NullPointerException}.
   */
  private static boolean isRecycled(AsyncContext context) {
    boolean hasTimeout = false;
    try {
      context.getTimeout();
      hasTimeout = true;
      context.getRequest();
      return false;
    } catch (IllegalStateException none) { // no request: it may be dispatched or completed
      return !hasTimeout;
    } catch (NullPointerException none) {
      return true;
    }
  }

  private void close() {
    try {
      admitted.responded(response.getStatus());
    } finally { // an admission that is never closed leaks its slot
      admitted.close();
    }
  }
}
