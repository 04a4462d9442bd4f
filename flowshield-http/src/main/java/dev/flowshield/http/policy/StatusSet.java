package dev.flowshield.http.policy;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The statuses of responses that are charged: {@code status:401,403} or {@code status:4xx}.
 *
 * @param parts each a status, or a class of statuses such as {@code 4xx}
 */
record StatusSet(List<String> parts) {

  private static final Pattern PART = Pattern.compile("[1-5]([0-9]{2}|xx)");
  private static final String STATUS = "status:";
  private static final int PER_CLASS = 100;

  /**
   * Parses a set of statuses.
   *
   * @throws IllegalArgumentException if a part is neither a status nor a class
   */
  static StatusSet parse(String text) {
    List<String> parts = text.startsWith(STATUS)
        ? List.of(text.substring(STATUS.length()).split(",", -1))
        : List.of("");
    for (String part : parts) {
      if (!PART.matcher(part).matches()) {
        throw new IllegalArgumentException("on must be status: and statuses, as in"
            + " 'on=status:401,403' or 'on=status:4xx', got '" + text
            + "': write numbers or classes with commas between");
      }
    }
    return new StatusSet(parts);
  }

  boolean contains(int status) {
    for (String part : parts) {
      boolean isClass = part.endsWith("xx");
      if (isClass
          ? status / PER_CLASS == part.charAt(0) - '0'
          : part.equals(Integer.toString(status))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return STATUS + String.join(",", parts);
  }
}
