package dev.flowshield.servlet.auto.app;

import dev.flowshield.http.HttpShield;
import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;

/** Protects the application by code. */
@WebListener
public final class OwnShield implements ServletContextListener {

  /** Creates the listener. For the container. */
  public OwnShield() {}

  @Override
  public void contextInitialized(ServletContextEvent event) {
    FlowShieldFilter.protect(
        event.getServletContext(), HttpShield.builder().perClient("2/h").build());
  }
}
