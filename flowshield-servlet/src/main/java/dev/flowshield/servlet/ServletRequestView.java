package dev.flowshield.servlet;

import dev.flowshield.http.binding.RequestView;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.MappingMatch;
import java.security.Principal;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
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

  /**
   * The address as it came, below the context: Spring and Jersey route by it, and resolve nothing
   * of it.
   */
  @Override
  public List<String> spellings() {
    String uri = request.getRequestURI();
    String context = request.getContextPath();
    try {
      String servlet = request.getServletPath();
      @Nullable String belowServlet = request.getPathInfo();
      String below = belowServlet == null ? "" : belowServlet;
      boolean isSame = uri.length() == context.length() + servlet.length() + below.length()
          && uri.startsWith(context)
          && uri.startsWith(servlet, context.length())
          && uri.endsWith(below);
      String canonical =
          context.isEmpty() ? context : request.getServletContext().getContextPath();
      return isSame && AmbiguousPath.isContext(context, canonical)
          ? List.of()
          : AmbiguousPath.cuts(uri, context, canonical, isOfPrefix() ? servlet : "");
    } catch (IllegalArgumentException ambiguous) {
      return List.of(AmbiguousPath.of(uri, context), AmbiguousPath.cut(uri, context, ""));
    }
  }

  /** Returns whether the servlet was chosen by a prefix, as in {@code /api/*}. */
  private boolean isOfPrefix() {
    return request.getHttpServletMapping().getMappingMatch() == MappingMatch.PATH;
  }

  @Override
  public @Nullable String principal() {
    @Nullable Principal user = request.getUserPrincipal();
    return user == null ? null : user.getName();
  }

  @Override
  public @Nullable String header(String name) {
    return request.getHeader(name);
  }

  /** Those of the container's own request: filters for proxies take such headers away. */
  @Override
  public List<String> headers(String name) {
    if (!(lowest(request) instanceof HttpServletRequest own)) {
      return List.of();
    }
    @Nullable Enumeration<String> values = own.getHeaders(name); // null if it may not tell
    if (values == null || !values.hasMoreElements()) {
      return List.of();
    }
    String first = values.nextElement();
    if (!values.hasMoreElements()) { // as is usual
      return List.of(first);
    }
    List<String> all = Collections.list(values);
    all.add(0, first);
    return all;
  }

  /**
   * What the container says, not what a filter in between would have it be: such filters believe
   * request headers.
   */
  @Override
  public @Nullable String peerAddress() {
    return lowest(request).getRemoteAddr();
  }

  /** What the container says, and the filters before this one. */
  @Override
  public @Nullable String containerAddress() {
    return request.getRemoteAddr();
  }

  /** The container's own request, below what filters have wrapped around it. */
  static ServletRequest lowest(ServletRequest request) {
    ServletRequest lowest = request;
    while (lowest instanceof ServletRequestWrapper wrapper) {
      lowest = wrapper.getRequest();
    }
    return lowest;
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
