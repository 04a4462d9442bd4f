package dev.flowshield.demo.overload.server;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** A gate in front of servlets that respond on the calling thread. */
record GateFilter(Gate gate) implements Filter {

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Runnable exit = gate.tryEnter();
    if (exit == null) {
      ((HttpServletResponse) response).setStatus(Gate.FULL);
      return;
    }
    try {
      chain.doFilter(request, response);
    } finally {
      exit.run();
    }
  }
}
