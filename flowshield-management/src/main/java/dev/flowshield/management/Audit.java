package dev.flowshield.management;

import java.lang.System.Logger.Level;

/** The log of changes by operators: one line each, without text of a client. */
final class Audit {

  private static final System.Logger LOG = System.getLogger("dev.flowshield.audit");
  private static final int FIRST_PRINTABLE = ' ';

  private final String shield;

  Audit(String shield) {
    this.shield = shield;
  }

  /**
   * Writes a change.
   *
   * @param action with its objects, as in {@code change limit=client}
   * @return the old state and the new one
   */
  String changed(String action, Object old, Object now) {
    LOG.log(
        Level.INFO,
        "FlowShield: shield=" + quoted(shield) + " action=" + action + " old=" + quoted(old)
            + " new=" + quoted(now) + " from=jmx");
    return old + " -> " + now;
  }

  /** Returns a text in quotes, on one line. */
  private static String quoted(Object value) {
    StringBuilder quoted = new StringBuilder("\"");
    value.toString().chars().forEach(each -> {
      if (each == '"' || each == '\\') {
        quoted.append('\\');
      }
      quoted.append(each < FIRST_PRINTABLE ? ' ' : (char) each);
    });
    return quoted.append('"').toString();
  }
}
