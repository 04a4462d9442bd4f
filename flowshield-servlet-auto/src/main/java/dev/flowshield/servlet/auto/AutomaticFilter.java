package dev.flowshield.servlet.auto;

import dev.flowshield.http.HttpShield;
import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * A {@link FlowShieldFilter} that is active only if the application does not register one.
 *
 * <p>The decision is made when the filters are initialized, because other initializers and the
 * listeners of the application may still register a filter before that.
 */
final class AutomaticFilter implements Filter {

  private static final System.Logger LOG = System.getLogger("dev.flowshield.servlet");

  private final ApplicationSettings settings;
  private @Nullable HttpShield shield; // null if the application has its own filter
  private @Nullable Filter filter; // of that shield

  AutomaticFilter(ApplicationSettings settings) {
    this.settings = settings;
  }

  @Override
  public void init(FilterConfig config) {
    FilterRegistration own = ownFilter(config.getServletContext());
    if (own == null) {
      HttpShield created = settings.shield();
      shield = created;
      filter = new FlowShieldFilter(created);
    } else {
      LOG.log(
          Level.INFO,
          "FlowShield: flowshield-servlet-auto does nothing for " + settings.application()
              + ", because it has a FlowShieldFilter of its own, '" + own.getName()
              + "', which reads neither context-params nor WEB-INF/flowshield.properties");
    }
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (filter == null) {
      chain.doFilter(request, response);
    } else {
      filter.doFilter(request, response, chain);
    }
  }

  /** Closes the shield, including its store of limits. */
  @Override
  public void destroy() {
    if (shield != null) {
      shield.close();
    }
  }

  /**
   * Finds the filter of the application by class name, because the application may have loaded the
   * class by a class loader of its own.
   */
  private static @Nullable FilterRegistration ownFilter(ServletContext context) {
    for (FilterRegistration each : context.getFilterRegistrations().values()) {
      if (FlowShieldFilter.class.getName().equals(each.getClassName())) {
        return each;
      }
    }
    return null;
  }
}
