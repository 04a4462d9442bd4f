package dev.flowshield.apps.spelling;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import java.nio.file.Path;

/**
 * An application with the {@link Routes}, in one framework on one server with some options.
 *
 * @param name of the test
 * @param context the path of its web application; empty for most
 * @param prefix where its routes begin, below that
 * @param starter starts it behind a shield
 */
record Subject(String name, String context, String prefix, Starter starter) {

  /** Starts an application behind a shield, with files that it may serve. */
  @FunctionalInterface
  interface Starter {
    ServerUnderTest start(HttpShield shield, Path files) throws Exception;
  }

  static Subject of(String name, Starter starter) {
    return new Subject(name, "", "", starter);
  }

  /** With routes that begin there. */
  Subject at(String otherContext, String otherPrefix) {
    return new Subject(name, otherContext, otherPrefix, starter);
  }

  @Override
  public String toString() {
    return name;
  }
}
