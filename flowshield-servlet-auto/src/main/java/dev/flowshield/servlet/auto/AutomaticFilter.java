package dev.flowshield.servlet.auto;

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
 * A {@link FlowShieldFilter} that is there only if the application has none.
 *
 * <p>Whether it has one is known when filters are initialized and not before: other initializers
 * and the listeners of the application may register one after this.
 */
final class AutomaticFilter implements Filter {

  private static final System.Logger LOG = System.getLogger("dev.flowshield.servlet");

  private final ApplicationSettings settings;
  private @Nullable Filter filter; // none where the application has its own

  AutomaticFilter(ApplicationSettings settings) {
    this.settings = settings;
  }

  @Override
  public void init(FilterConfig config) {
    FilterRegistration own = ownFilter(config.getServletContext());
    if (own == null) {
      filter = new FlowShieldFilter(settings.shield());
    } else {
      LOG.log(
          Level.INFO,
          "FlowShield: flowshield-servlet-auto does nothing for " + settings.application()
              + ", as it has a FlowShieldFilter of its own, '" + own.getName()
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

  /** By its name, as its class may be another one, of the loader of the application. */
  private static @Nullable FilterRegistration ownFilter(ServletContext context) {
    for (FilterRegistration each : context.getFilterRegistrations().values()) {
      if (FlowShieldFilter.class.getName().equals(each.getClassName())) {
        return each;
      }
    }
    return null;
  }
}
