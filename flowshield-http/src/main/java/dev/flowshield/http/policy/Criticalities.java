package dev.flowshield.http.policy;

import dev.flowshield.Criticality;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Parses and formats a criticality in a row or a header: {@code critical}. */
public final class Criticalities {

  private Criticalities() {}

  /** Parses a criticality without regard to case; returns null if the text is none. */
  public static @Nullable Criticality parse(String text) {
    for (Criticality each : Criticality.values()) {
      if (each.name().equalsIgnoreCase(text)) {
        return each;
      }
    }
    return null;
  }

  /** Returns the text of a criticality. */
  static String text(Criticality criticality) {
    return criticality.name().toLowerCase(Locale.ROOT);
  }
}
