package dev.flowshield.servlet;

import dev.flowshield.http.RequestView;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * A servlet request as the shield sees it.
 *
 * @param request the request as it came to the filter
 */
record ServletRequestView(HttpServletRequest request) implements RequestView {

  private static final String MARK = "dev.flowshield.servlet.mark";

  @Override
  public String method() {
    return request.getMethod();
  }

  /**
   * The path below the context: decoded, normalized and without parameters, as the container chose
   * the servlet by it.
   */
  @Override
  public String path() {
    try {
      @Nullable String belowServlet = request.getPathInfo();
      return belowServlet == null
          ? request.getServletPath()
          : request.getServletPath() + belowServlet;
    } catch (IllegalArgumentException ambiguous) {
      // Jetty, told to let %2F and the like pass, throws rather than decode them. Such a request is
      // no health check.
      return "";
    }
  }

  @Override
  public @Nullable String header(String name) {
    return request.getHeader(name);
  }

  /**
   * What the container says, not what a filter in between would have it be: such filters believe
   * request fields.
   */
  @Override
  public @Nullable String peerAddress() {
    ServletRequest lowest = request;
    while (lowest instanceof ServletRequestWrapper wrapper) {
      lowest = wrapper.getRequest();
    }
    return lowest.getRemoteAddr();
  }

  @Override
  public @Nullable Object mark() {
    return request.getAttribute(MARK);
  }

  @Override
  public void mark(Object mark) {
    request.setAttribute(MARK, mark);
  }
}
