package dev.flowshield.console;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An action as an operator wrote it: its name and its parameters, as in {@code
 * action=limit&limit=client&to=200%2Fs}. Immutable.
 */
final class ActionRequest {

  /** The most characters of the text. */
  static final int MOST = 2_048;

  private static final String ACTION = "action";

  private final Map<String, String> parameters;

  private ActionRequest(Map<String, String> parameters) {
    this.parameters = parameters;
  }

  /**
   * Parses the values of the header.
   *
   * @throws IllegalArgumentException if it is not there once, too long, malformed, or has a name
   *     twice
   */
  static ActionRequest parse(List<String> values) {
    if (values.size() != 1) {
      throw new IllegalArgumentException("FlowShield-Action must be there once, got it "
          + values.size() + " times: write all parameters in one header");
    }
    String text = values.get(0);
    if (text.length() > MOST) {
      throw new IllegalArgumentException("FlowShield-Action must be at most " + MOST
          + " characters, got " + text.length() + ": write a shorter one");
    }
    Map<String, String> parameters = new TreeMap<>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("FlowShield-Action must be names and values, as in"
            + " action=reset&limit=client&key=203.0.113.9, got '" + shortened(pair)
            + "': write name=value");
      }
      String name = decoded(pair.substring(0, equals));
      if (parameters.putIfAbsent(name, decoded(pair.substring(equals + 1))) != null) {
        throw new IllegalArgumentException("FlowShield-Action must have each name once, got '"
            + shortened(name) + "' twice: remove one of them");
      }
    }
    return new ActionRequest(parameters);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String shortened(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64) + "…";
  }

  /**
   * Returns the name of the action.
   *
   * @throws IllegalArgumentException if it has none
   */
  String action() {
    return required(ACTION);
  }

  /**
   * Checks that the parameters are those that an action has.
   *
   * @throws IllegalArgumentException if one is missing or unknown
   */
  void requireOnly(String... names) {
    Set<String> expected = new TreeSet<>(List.of(names));
    Set<String> given = new TreeSet<>(parameters.keySet());
    given.remove(ACTION);
    if (!given.equals(expected)) {
      throw new IllegalArgumentException("action '" + action() + "' must have the parameters "
          + expected + ", got " + shortened(given.toString()) + ": correct them");
    }
  }

  /**
   * Returns the value of a parameter.
   *
   * @throws IllegalArgumentException if it is missing
   */
  String required(String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "FlowShield-Action must have '" + name + "', got none: add " + name + "=…");
    }
    return value;
  }

  /**
   * Returns the value of a parameter that is a whole number.
   *
   * @throws IllegalArgumentException if it is not
   */
  long number(String name) {
    String text = required(name);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notOne) {
      throw new IllegalArgumentException(
          name + " must be a whole number, got '" + shortened(text) + "': write digits alone",
          notOne);
    }
  }
}
