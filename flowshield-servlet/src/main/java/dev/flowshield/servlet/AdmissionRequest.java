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
 * An admitted request on its way through the application, which closes its admission when the work
 * has truly ended: when the chain returns, or, if the application went on asynchronously, when the
 * container says that this is over.
 *
 * <p>The container says so at once if the client resets the stream, while the application works on.
 * If the place were free then, a client could have any amount of work done at a time by resetting
 * request after request. So the place is kept until the application hands the request back, or the
 * patience of {@link HttpAdmitted#watch} is over.
 *
 * <p>Containers do not say when a response is committed. So the response of a request that is
 * asynchronous, or asks for an event stream, is looked at when the chain has returned and twice a
 * second: once it is a committed event stream, it is established.
 *
 * <p>It listens from within {@code startAsync}, before the application sees the context. Later is
 * too late: another thread may have dispatched or completed by then, and the container takes no
 * listener any more.
 */
final class AdmissionRequest extends HttpServletRequestWrapper
    implements AsyncListener, WatchedWork {

  private final HttpServletResponse response;
  private final HttpAdmitted admitted;

  // Written and read by the thread that runs the chain.
  private boolean listening;
  private boolean watching;
  private @Nullable HttpUpgradeHandler upgradeHandler;

  private volatile @Nullable AsyncContext context; // since the first start
  private volatile @Nullable ProtocolUpgrade leftHttp;

  // Each is written before the other is read, so one of both sides closes.
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
   * To be called before the chain. A request that asks for an event stream is watched from now on,
   * as its response may be one while the chain runs; others as soon as they are asynchronous.
   */
  void chainBegins() {
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
   * Returns the context as the application sees it; null where the container has none and does not
   * throw, as in Spring's MockMvc.
   */
  @Override
  public @Nullable AsyncContext getAsyncContext() {
    @Nullable AsyncContext known = super.getAsyncContext();
    return known == null ? null : watched(known);
  }

  private AsyncContext watched(AsyncContext context) {
    return new AdmissionContext(context, this);
  }

  /** The application hands the request back, to be dispatched or since it is complete. */
  void handedBack() {
    handedBack = true;
    if (clientGone) { // else the container tells when it is done with the request
      admitted.close();
    }
  }

  /** The application has completed the request. */
  void completed() {
    completed = true;
    handedBack();
  }

  /** To be called when the chain has returned, or has thrown. */
  void chainEnded() {
    if (listening) {
      if (progressOfResponse() == Progress.ESTABLISHED) { // at once, as events often come in crowds
        admitted.established();
      }
      return;
    }
    try {
      if (isAsyncStarted()) { // by code that unwrapped the request
        listenTo(super.getAsyncContext());
        return;
      }
    } catch (IllegalStateException dispatchedOrCompleted) {
      // No listener is taken any more, so no event would come: now is the last occasion to close.
    }
    if (response.getStatus() != HttpServletResponse.SC_SWITCHING_PROTOCOLS || !leavesHttp()) {
      close();
    }
  }

  /** Whether the request goes on as something else, whose end can be known. */
  private boolean leavesHttp() {
    leftHttp = ProtocolUpgrade.of(getRequest(), upgradeHandler);
    if (leftHttp == null) {
      return false;
    }
    admitted.established();
    watch();
    return true;
  }

  /**
   * Each start drops the listeners of the one before; from the second on, {@link #onStartAsync} has
   * added this one already.
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
   * Says nothing of the outcome: a timeout without an answer ends with status 500, and an
   * answered one may be a long poll.
   */
  @Override
  public void onTimeout(AsyncEvent event) {}

  /**
   * Closes if it was the application that failed, although completion is to follow at once: Tomcat
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

  /** Completes an asynchronous stream, as the container does after its timeout. */
  @Override
  public void cutOff() {
    AsyncContext started = context;
    if (started != null) {
      try {
        started.complete();
      } catch (RuntimeException overByNow) {
        // The container tells, or the next look finds it.
      }
    }
  }

  @Override
  public Progress progress() {
    ProtocolUpgrade left = leftHttp;
    if (left != null) {
      return left.progress();
    }
    if (clientGone) {
      return Progress.CLIENT_GONE;
    }
    AsyncContext started = context;
    if (started != null && isRecycled(started)) { // which the application need not know
      admitted.ignored();
      clientGone = true;
      return handedBack ? Progress.ENDED : Progress.CLIENT_GONE;
    }
    // Tomcat 10.1 may begin the context of a request whose stream was reset at that moment, and
    // then never tells that it is complete.
    return completed ? Progress.HANDED_BACK : progressOfResponse();
  }

  private Progress progressOfResponse() {
    try {
      return response.isCommitted()
          ? Progress.committed(response.getContentType())
          : Progress.GOING_ON;
    } catch (RuntimeException recycled) { // since it was looked at
      return Progress.GOING_ON;
    }
  }

  /**
   * Whether the container is done with a request. Some are without telling any listener: Jetty 12.1
   * if the client goes away in the body of the response, Tomcat 10.1 if it resets an HTTP/2 stream
   * just as the request goes asynchronous. Signs are left. In Tomcat, the context has no timeout
   * any more; in Jetty, it has no request, which Jetty does not expect itself.
   */
  private static boolean isRecycled(AsyncContext context) {
    boolean hasTimeout = false;
    try {
      context.getTimeout();
      hasTimeout = true;
      context.getRequest();
      return false;
    } catch (IllegalStateException none) { // of the request: it may be dispatched or completed
      return !hasTimeout;
    } catch (NullPointerException none) {
      return true;
    }
  }

  private void close() {
    try {
      admitted.responded(response.getStatus());
    } finally { // an admission never closed is a place lost for good
      admitted.close();
    }
  }
}
