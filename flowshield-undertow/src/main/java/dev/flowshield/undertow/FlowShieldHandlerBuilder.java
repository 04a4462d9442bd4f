package dev.flowshield.undertow;

import dev.flowshield.http.HttpShield;
import io.undertow.server.HandlerWrapper;
import io.undertow.server.handlers.builder.HandlerBuilder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The builder of the handler in Undertow's predicate language, with the settings of {@link
 * HttpShield#fromConfiguration(Map)}:
 *
 * <pre>
 *   path-prefix('/api') -&gt; flowshield(per-client='10/s', in-flight='200')
 * </pre>
 *
 * <p>Found by {@code ServiceLoader}. Each use of {@code flowshield} creates a separate shield.
 */
public final class FlowShieldHandlerBuilder implements HandlerBuilder {

  /** Creates the builder. For {@code ServiceLoader}. */
  public FlowShieldHandlerBuilder() {}

  @Override
  public String name() {
    return "flowshield";
  }

  @Override
  public Map<String, Class<?>> parameters() {
    Map<String, Class<?>> parameters = new LinkedHashMap<>();
    for (String setting : HttpShield.settings()) {
      parameters.put(setting, String.class);
    }
    return parameters;
  }

  @Override
  public Set<String> requiredParameters() {
    return Set.of();
  }

  @Override
  public @Nullable String defaultParameter() {
    return "per-client";
  }

  @Override
  public HandlerWrapper build(Map<String, Object> parameters) {
    Map<String, String> settings = new HashMap<>();
    parameters.forEach((name, value) -> settings.put(name, value.toString()));
    return FlowShieldHandler.wrapper(HttpShield.fromConfiguration(settings));
  }
}
