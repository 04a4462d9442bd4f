package dev.flowshield.servlet.auto.app;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts a stamp before all filters, as frameworks do with theirs. */
public final class FirstOfAll implements ServletContainerInitializer {

  /** For the container. */
  public FirstOfAll() {}

  @Override
  public void onStartup(@Nullable Set<Class<?>> none, ServletContext context) {
    context
        .addFilter("stamp", new Stamp())
        .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
  }
}
