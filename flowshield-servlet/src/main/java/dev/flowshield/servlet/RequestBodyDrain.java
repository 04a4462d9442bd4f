package dev.flowshield.servlet;

import dev.flowshield.http.exchange.ShieldResponse;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * A rejected HTTP/1 request whose body has not fully arrived. The body is read and discarded, and
 * then the response is written. After {@link ShieldResponse#LINGER} the response is written without
 * waiting for the rest. No thread blocks.
 *
 * <p>With an immediate response, Tomcat would read the rest of the body on the thread of the
 * request without a time limit. Jetty would reset the connection, and the client could lose the
 * response. The response is written last because Tomcat 11 allows no reads after it. With {@code
 * Connection: close}, both containers close the connection of an asynchronous request without
 * waiting for its body.
 */
final class RequestBodyDrain implements ReadListener, AsyncListener {

  private static final int BUFFER = 4096; // bytes

  private final ShieldResponse rejection;
  private final AsyncContext context;
  private final ServletInputStream body;
  private final byte[] read = new byte[BUFFER];

  private RequestBodyDrain(
      ShieldResponse rejection, AsyncContext context, ServletInputStream body) {
    this.rejection = rejection;
    this.context = context;
    this.body = body;
  }

  /**
   * Writes the response after the body has arrived, if some of the body is still missing. Returns
   * false if the caller can write the response now. This is the case if there is no body, if all of
   * it has arrived, if the client waits for {@code 100 Continue}, or if the request cannot be
   * asynchronous. It is also the case over HTTP/2, because the container ends the stream.
   */
  static boolean respondAfterDrain(ShieldResponse rejection, HttpServletRequest request)
      throws IOException {
    if (request.getContentLengthLong() <= 0 && !rejection.closesConnection()) {
      return false;
    }
    if (!request.getProtocol().startsWith("HTTP/1")
        || request.getHeader("Expect") != null
        || !request.isAsyncSupported()
        || request.isAsyncStarted()) {
      return false;
    }
    ServletInputStream body;
    try {
      body = ServletRequestView.unwrap(request).getInputStream();
    } catch (IllegalStateException readByAnEarlierFilter) {
      return false;
    }
    if (hasArrived(body, request.getContentLengthLong())) {
      return false;
    }
    AsyncContext context = request.startAsync();
    context.setTimeout(ShieldResponse.LINGER.toMillis());
    RequestBodyDrain drain = new RequestBodyDrain(rejection, context, body);
    context.addListener(drain);
    body.setReadListener(drain);
    return true;
  }

  /** Reads the bytes that have arrived. Returns whether the body is complete. */
  private static boolean hasArrived(ServletInputStream body, long length) throws IOException {
    long missing = length;
    byte[] read = new byte[BUFFER];
    while (missing > 0 && body.available() > 0) {
      missing -= Math.max(0, body.read(read));
    }
    return missing == 0 || body.isFinished();
  }

  @Override
  public void onDataAvailable() throws IOException {
    while (body.isReady() && body.read(read) >= 0) {
      // discard
    }
  }

  @Override
  public void onAllDataRead() throws IOException {
    respond(rejection.closesConnection());
  }

  @Override
  public void onTimeout(AsyncEvent event) throws IOException {
    respond(true);
  }

  private void respond(boolean closes) throws IOException {
    try {
      HttpServletResponse response = (HttpServletResponse) context.getResponse();
      if (closes) {
        response.setHeader("Connection", "close");
      }
      FlowShieldFilter.write(rejection, response);
    } finally {
      context.complete();
    }
  }

  /** Ignored, because the listener of the request reports the outcome. */
  @Override
  public void onError(Throwable clientGone) {}

  @Override
  public void onError(AsyncEvent event) {
    context.complete();
  }

  @Override
  public void onComplete(AsyncEvent event) {}

  @Override
  public void onStartAsync(AsyncEvent event) {}
}
