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
 * An initializer that puts a shield before all filters and servlets of a web application. It is
 * active if the shield is configured and the application has no {@code FlowShieldFilter} of its
 * own.
 *
 * <p>The container calls it if the jar is in {@code WEB-INF/lib}, or in a folder of jars that its
 * applications share. It declares no {@code HandlesTypes}, so the container scans no classes for
 * it. Each setting is read from the first of these sources that has it:
 *
 * <ol>
 *   <li>system properties, such as {@code flowshield.per-client}
 *   <li>environment variables, such as {@code FLOWSHIELD_PER_CLIENT}
 *   <li>context-params of the application, such as {@code flowshield.per-client}
 *   <li>{@code flowshield.properties} in {@code WEB-INF}, or else on the class path
 * </ol>
 *
 * <p>Any one of these sources configures the shield, even an empty file. Without them, the
 * initializer logs how to turn the shield on. An unknown setting or an invalid value prevents the
 * application from starting.
 */
public final class FlowShieldInitializer implements ServletContainerInitializer {

  /** The name of the filter. Code registers the name {@code flowshield}. */
  private static final String NAME = "flowshield-auto";

  private static final System.Logger LOG = System.getLogger("dev.flowshield.servlet");

  /** Creates the initializer. For the container. */
  public FlowShieldInitializer() {}

  @Override
  public void onStartup(@Nullable Set<Class<?>> none, ServletContext context) {
    ApplicationSettings settings = new ApplicationSettings(context);
    if (!settings.areConfigured()) {
      LOG.log(
          Level.INFO,
          "FlowShield: flowshield-servlet-auto does nothing for " + settings.application()
              + ", because it finds no configuration: put a file flowshield.properties into WEB-INF,"
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
    registration.setAsyncSupported(true); // else nothing behind it may be async
    registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
  }
}
