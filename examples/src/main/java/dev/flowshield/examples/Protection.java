package dev.flowshield.examples;

import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;

// snippet: servlet-listener
/** Protects the web application whose archive it is packed into. */
@WebListener
public final class Protection implements ServletContextListener {

  /** Creates the listener, for the container. */
  public Protection() {}

  @Override
  public void contextInitialized(ServletContextEvent event) {
    FlowShieldFilter.protect(event.getServletContext());
  }
}
// end
