package dev.flowshield.apps.spelling;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.HeaderMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The routes of all applications, each with a policy that others do not have. An application
 * answers with the name of the route that has run.
 *
 * <pre>
 *   /free/**     free     not limited
 *   /paid/**     paid     a limit of that name
 *   /item/*      item     a limit of that name
 *   /secret/**   secret   denied
 *   /health      health   a health check
 *   /**          rest     the limit of each client
 * </pre>
 */
final class Routes {

  static final String FREE = "free";
  static final String PAID = "paid";
  static final String ITEM = "item";
  static final String SECRET = "secret";
  static final String HEALTH = "health";
  static final String REST = "rest";

  /** The routes of which all paths below are. */
  static final List<String> TREES = List.of(FREE, PAID, SECRET);

  private static final String ENOUGH = "1000000/s";

  private Routes() {}

  /** Returns a shield that says with each response what was charged. */
  static HttpShield shield(String prefix) {
    return HttpShield.builder()
        .perClient(ENOUGH)
        .operations(o -> o.healthPaths(prefix + "/" + HEALTH))
        .policies(String.join(
            "\n",
            "* " + prefix + "/free/** * off",
            "* " + prefix + "/secret/** * deny",
            "* " + prefix + "/paid/** * " + ENOUGH + " name=paid",
            "* " + prefix + "/item/* * " + ENOUGH + " name=item"))
        .responses(r -> r.headers(HeaderMode.ALWAYS))
        .build();
  }

  /** Returns what a route answers. */
  static String answer(String route) {
    return "route=" + route + ";";
  }

  /** Writes files that say of which route they are, as far as routes have files. */
  static void writeFiles(Path directory) throws IOException {
    for (String tree : TREES) {
      Path below = Files.createDirectories(directory.resolve(tree).resolve("a"));
      Files.writeString(below.resolve("b"), answer(tree));
      Files.writeString(directory.resolve(tree).resolve("x"), answer(tree));
    }
    Files.writeString(Files.createDirectories(directory.resolve(ITEM)).resolve("1"), answer(ITEM));
    Files.writeString(directory.resolve(HEALTH), answer(HEALTH));
    Files.writeString(directory.resolve("x"), answer(REST));
  }
}
