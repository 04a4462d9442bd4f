package dev.flowshield.http.policy;

import dev.flowshield.Criticality;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How much requests mean, as it is written in a row or a header: {@code critical}. */
public final class Criticalities {

  private Criticalities() {}

  /** Reads it, whatever its case; null if it is none. */
  public static @Nullable Criticality parse(String text) {
    for (Criticality each : Criticality.values()) {
      if (each.name().equalsIgnoreCase(text)) {
        return each;
      }
    }
    return null;
  }

  /** As it is written. */
  static String text(Criticality criticality) {
    return criticality.name().toLowerCase(Locale.ROOT);
  }
}
