package dev.flowshield.management;

/** Names of shields. */
final class Names {

  /** The name of a shield without one. */
  static final String DEFAULT = "default";

  private Names() {}

  static String require(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException(
          "name must not be blank, got '" + name + "': give the shield one, as in \"orders\"");
    }
    return name;
  }
}
