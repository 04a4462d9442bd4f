package dev.flowshield.http;

/**
 * A sign that a shield is not set up as its owner means it to be.
 *
 * @param code {@code FS101} and so on; it stays the same over versions, and
 *     docs/doctor.md has an entry for each
 * @param text what was seen, what should be, and how to correct it; holds nothing that a client
 *     wrote
 */
public record Finding(String code, String text) {

  @Override
  public String toString() {
    return code + ": " + text;
  }
}
