package dev.flowshield.servlet.auto.app;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Adds a header to the response of each request that it has seen. */
@WebFilter(urlPatterns = "/*", asyncSupported = true)
public final class Stamp implements Filter {

  /** Creates the filter. For the container. */
  public Stamp() {}

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    ((HttpServletResponse) response).addHeader("Stamp", "seen");
    chain.doFilter(request, response);
  }
}
