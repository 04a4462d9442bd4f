package dev.flowshield.http;

import dev.flowshield.Criticality;
import dev.flowshield.http.policy.Criticalities;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What says of a single request how much it means: a function of the application, else a header that
 * a trusted proxy has written. Immutable.
 *
 * @param function of the application; null if there is none
 * @param header null if none is believed
 */
record CriticalityResolver(
    @Nullable Function<? super RequestView, @Nullable Criticality> function,
    @Nullable TrustedHeader header) {

  /** How much a request means; null if nothing is said. */
  @Nullable
  Criticality of(RequestView request) {
    Criticality said = function == null ? null : function.apply(request);
    if (said != null || header == null) {
      return said;
    }
    String value = header.value(request);
    return value == null ? null : Criticalities.parse(value);
  }
}
