package dev.flowshield.servlet;

import dev.flowshield.http.RequestView;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.MappingMatch;
import java.security.Principal;
import java.util.ArrayList;
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
  private static final String ALL_BELOW = "/*"; // at the end of a mapping

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
   * of it. Struts begins where the address has what the container has resolved.
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
      if (isSame && AmbiguousPath.isContext(context, canonical)) {
        return List.of();
      }
      List<String> paths =
          new ArrayList<>(AmbiguousPath.cuts(uri, context, canonical, isOfPrefix() ? servlet : ""));
      if (belowServlet == null) {
        paths.add(AmbiguousPath.ofAction(uri, servlet));
      }
      for (String prefix : prefixesOfFilters(servlet + below, uri)) {
        paths.addAll(AmbiguousPath.inFilter(uri, context, canonical, prefix));
      }
      return paths;
    } catch (IllegalArgumentException ambiguous) {
      List<String> paths = new ArrayList<>(List.of(AmbiguousPath.of(uri, context)));
      paths.addAll(AmbiguousPath.cuts(uri, context, context, ""));
      return paths;
    }
  }

  /** Returns the prefixes, as in {@code /api/*}, that a filter for this path may route below. */
  private List<String> prefixesOfFilters(String path, String uri) {
    List<String> prefixes = new ArrayList<>();
    for (FilterRegistration filter :
        request.getServletContext().getFilterRegistrations().values()) {
      List<String> its = filter.getUrlPatternMappings().stream()
          .filter(pattern -> pattern.length() > ALL_BELOW.length() && pattern.endsWith(ALL_BELOW))
          .map(pattern -> pattern.substring(0, pattern.length() - ALL_BELOW.length()))
          .toList();
      if (its.stream().anyMatch(prefix -> isBelow(path, prefix))) {
        its.stream()
            .filter(prefix -> isBelow(path, prefix) || uri.contains(prefix + "/"))
            .forEach(prefixes::add);
      }
    }
    return prefixes;
  }

  private static boolean isBelow(String path, String prefix) {
    return path.startsWith(prefix)
        && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
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

  /** Those of the container's own request: filters for proxies take such fields away. */
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
   * request fields.
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
