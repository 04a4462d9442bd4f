package dev.flowshield.servlet.auto;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import java.lang.System.Logger.Level;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts a shield before all filters and servlets of a web application, if there is a configuration
 * for it and no {@code FlowShieldFilter} in the application itself.
 *
 * <p>The container runs it where the jar is in {@code WEB-INF/lib}, or in a folder whose jars all
 * its applications share. It asks for no classes ({@code HandlesTypes}), so nothing is scanned for
 * it. A configuration is, in order of strength and setting by setting:
 * <ol>
 *   <li>system properties such as {@code flowshield.per-client},
 *   <li>environment variables such as {@code FLOWSHIELD_PER_CLIENT},
 *   <li>context-params of the application such as {@code flowshield.per-client},
 *   <li>{@code flowshield.properties} in {@code WEB-INF}, or else on the class path.
 * </ol>
 * Each of them alone is enough, even an empty file. Without any it logs how to turn it on.
 *
 * <p>A setting that is not known or not possible keeps the application from starting.
 */
public final class FlowShieldInitializer implements ServletContainerInitializer {

  /** Of the filter; {@code flowshield} is the one that code registers. */
  private static final String NAME = "flowshield-auto";

  private static final System.Logger LOG = System.getLogger("dev.flowshield.servlet");

  /** For the container. */
  public FlowShieldInitializer() {}

  @Override
  public void onStartup(@Nullable Set<Class<?>> none, ServletContext context) {
    ApplicationSettings settings = new ApplicationSettings(context);
    if (!settings.areThere()) {
      LOG.log(
          Level.INFO,
          "FlowShield: flowshield-servlet-auto does nothing for " + settings.application()
              + ", as it finds no configuration: put a file flowshield.properties into WEB-INF,"
              + " which may be empty for the defaults, or set context-param flowshield.per-client"
              + " to 100/s");
      return;
    }
    FilterRegistration.@Nullable Dynamic registration =
        context.addFilter(NAME, new AutomaticFilter(settings));
    if (registration == null) {
      throw new IllegalStateException("the name '" + NAME + "' must be free for "
          + "flowshield-servlet-auto, got a filter that has it in " + settings.application()
          + ": rename that filter");
    }
    registration.setAsyncSupported(true); // else nothing behind it could start async
    registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
  }
}
