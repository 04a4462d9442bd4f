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
 * The body of a rejected request over HTTP/1 that has not come yet. It is read and thrown away, and
 * then the request is answered; after {@link ShieldResponse#LINGER} without the rest of the body.
 * No thread waits.
 *
 * <p>Answered at once, Tomcat would read the rest on the thread of the request, however long that
 * takes, and Jetty would reset the connection, by which the client may lose the answer. The answer
 * comes last since Tomcat 11 lets nothing be read after it. If it says {@code Connection: close},
 * both close the connection of an asynchronous request, and do not wait for its rest even then.
 */
final class LateBody implements ReadListener, AsyncListener {

  private static final int BUFFER = 4096; // bytes

  private final ShieldResponse rejection;
  private final AsyncContext context;
  private final ServletInputStream body;
  private final byte[] read = new byte[BUFFER];

  private LateBody(ShieldResponse rejection, AsyncContext context, ServletInputStream body) {
    this.rejection = rejection;
    this.context = context;
    this.body = body;
  }

  /**
   * Answers a request when its body has come, if more of it may come than is there. False if the
   * answer can be written now: there is no body, all of it is there, the client waits to be asked
   * for it, or the request cannot be asynchronous. Over HTTP/2 the container ends the stream.
   */
  static boolean answersLater(ShieldResponse rejection, HttpServletRequest request)
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
      body = ServletRequestView.lowest(request).getInputStream();
    } catch (IllegalStateException readByAnEarlierFilter) {
      return false;
    }
    if (isThere(body, request.getContentLengthLong())) {
      return false;
    }
    AsyncContext context = request.startAsync();
    context.setTimeout(ShieldResponse.LINGER.toMillis());
    LateBody late = new LateBody(rejection, context, body);
    context.addListener(late);
    body.setReadListener(late);
    return true;
  }

  /** Reads what is there. */
  private static boolean isThere(ServletInputStream body, long length) throws IOException {
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
      // thrown away
    }
  }

  @Override
  public void onAllDataRead() throws IOException {
    answer(rejection.closesConnection());
  }

  @Override
  public void onTimeout(AsyncEvent event) throws IOException {
    answer(true);
  }

  private void answer(boolean closes) throws IOException {
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

  /** Of the body: what becomes of the request is told by the other one. */
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
