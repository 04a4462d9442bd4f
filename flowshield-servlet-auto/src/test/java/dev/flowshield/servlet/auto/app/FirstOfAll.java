package dev.flowshield.servlet.auto.app;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Adds a stamp before all filters, like frameworks with their filters. */
public final class FirstOfAll implements ServletContainerInitializer {

  /** Creates the initializer. For the container. */
  public FirstOfAll() {}

  @Override
  public void onStartup(@Nullable Set<Class<?>> none, ServletContext context) {
    context
        .addFilter("stamp", new Stamp())
        .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
  }
}
