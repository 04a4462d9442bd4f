package dev.flowshield.servlet;

import dev.flowshield.http.binding.RequestView;
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
 * The view of a servlet request.
 *
 * @param request the request as received by the filter
 */
record ServletRequestView(HttpServletRequest request) implements RequestView {

  private static final String MARK = "dev.flowshield.servlet.mark";
  private static final String REPLACED_BY_TOMCAT = "org.apache.tomcat.request.forwarded";
  private static final String ALL_BELOW = "/*"; // at the end of a mapping

  @Override
  public String method() {
    return request.getMethod();
  }

  /**
   * Returns the path below the context: decoded, normalized and without parameters. The container
   * chose the servlet by this path.
   */
  @Override
  public String path() {
    try {
      @Nullable String belowServlet = request.getPathInfo();
      return belowServlet == null
          ? request.getServletPath()
          : request.getServletPath() + belowServlet;
    } catch (IllegalArgumentException ambiguous) {
      // If Jetty is configured to accept %2F and similar escapes, it throws instead of decoding
      // them. Such a request is not a health check.
      return "";
    }
  }

  /**
   * Returns the path below the context as received. Spring and Jersey route by it without resolving
   * it. Struts begins at the first place that has the path of the servlet.
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
      List<String> paths = new ArrayList<>(
          AmbiguousPath.cuts(uri, context, canonical, isPrefixMapping() ? servlet : ""));
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

  /** Returns the prefixes, such as {@code /api} of {@code /api/*}, of the filters for this path. */
  private List<String> prefixesOfFilters(String path, String uri) {
    List<String> prefixes = new ArrayList<>();
    for (FilterRegistration filter :
        request.getServletContext().getFilterRegistrations().values()) {
      List<String> own = filter.getUrlPatternMappings().stream()
          .filter(pattern -> pattern.length() > ALL_BELOW.length() && pattern.endsWith(ALL_BELOW))
          .map(pattern -> pattern.substring(0, pattern.length() - ALL_BELOW.length()))
          .toList();
      if (own.stream().anyMatch(prefix -> isBelow(path, prefix))) {
        own.stream()
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

  /** Returns whether the servlet was chosen by a prefix, such as {@code /api/*}. */
  private boolean isPrefixMapping() {
    return request.getHttpServletMapping().getMappingMatch() == MappingMatch.PATH;
  }

  @Override
  public @Nullable String principal() {
    @Nullable Principal user = request.getUserPrincipal();
    return user == null ? null : user.getName();
  }

  /** Returns the header of the container's own request, as {@link #headers} does. */
  @Override
  public @Nullable String header(String name) {
    return unwrap(request) instanceof HttpServletRequest own ? own.getHeader(name) : null;
  }

  /**
   * Returns the headers of the container's own request, because filters for proxies remove some of
   * them.
   */
  @Override
  public List<String> headers(String name) {
    if (!(unwrap(request) instanceof HttpServletRequest own)) {
      return List.of();
    }
    @Nullable Enumeration<String> values = own.getHeaders(name); // null if access is denied
    if (values == null || !values.hasMoreElements()) {
      return List.of();
    }
    String first = values.nextElement();
    if (!values.hasMoreElements()) { // the usual case
      return List.of(first);
    }
    List<String> all = Collections.list(values);
    all.add(0, first);
    return all;
  }

  /**
   * Returns the address from the container's own request, because filters for proxies replace it by
   * request headers.
   */
  @Override
  public @Nullable String peerAddress() {
    return unwrap(request).getRemoteAddr();
  }

  /** Returns whether a valve of Tomcat, such as {@code RemoteIpValve}, has replaced the address. */
  @Override
  public boolean isPeerAddressReplaced() {
    return Boolean.TRUE.equals(request.getAttribute(REPLACED_BY_TOMCAT));
  }

  /** Returns the address from the container and the filters before this one. */
  @Override
  public @Nullable String containerAddress() {
    return request.getRemoteAddr();
  }

  /** Returns the container's own request, without the wrappers of filters. */
  static ServletRequest unwrap(ServletRequest request) {
    ServletRequest own = request;
    while (own instanceof ServletRequestWrapper wrapper) {
      own = wrapper.getRequest();
    }
    return own;
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
