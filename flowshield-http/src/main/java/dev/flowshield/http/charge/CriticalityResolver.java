package dev.flowshield.http.charge;

import dev.flowshield.Criticality;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.client.TrustedHeader;
import dev.flowshield.http.policy.Criticalities;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the criticality of a request: from the application's function, or else from a header of
 * a trusted proxy. Immutable.
 *
 * @param function the application's function, or null
 * @param header the header; null if no header is trusted
 */
public record CriticalityResolver(
    @Nullable Function<? super RequestView, @Nullable Criticality> function,
    @Nullable TrustedHeader header) {

  /** Returns the criticality of a request; null if the request states none. */
  @Nullable
  public Criticality of(RequestView request) {
    Criticality stated = function == null ? null : function.apply(request);
    if (stated != null || header == null) {
      return stated;
    }
    String value = header.value(request);
    return value == null ? null : Criticalities.parse(value);
  }
}
