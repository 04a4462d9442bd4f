package dev.flowshield.checks.overload.scenario;

import java.util.List;

/**
 * Traffic beside the main one.
 *
 * @param routes each with its own stream of requests
 * @param bunches on these routes
 * @param loops on these routes
 */
public record Mix(List<Route> routes, List<Bunch> bunches, List<Loop> loops) {

  /** The main traffic alone. */
  public static final Mix NONE = new Mix(List.of(), List.of(), List.of());

  /** Keeps copies. */
  public Mix {
    routes = List.copyOf(routes);
    bunches = List.copyOf(bunches);
    loops = List.copyOf(loops);
  }

  /** Returns the streams of the routes, as they are if nothing changes and nothing goes wrong. */
  Mix calm(long length) {
    return new Mix(routes.stream().map(route -> route.calm(length)).toList(), List.of(), List.of());
  }
}
