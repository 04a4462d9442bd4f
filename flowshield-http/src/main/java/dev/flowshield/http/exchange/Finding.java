package dev.flowshield.http.exchange;

/**
 * A sign of misconfiguration.
 *
 * @param code the code, as in {@code FS101}; it stays the same in later versions, and
 *     docs/doctor.md has an entry for each
 * @param text the rule, the observation and the correction, without text of a client
 */
public record Finding(String code, String text) {

  @Override
  public String toString() {
    return code + ": " + text;
  }
}
