package dev.flowshield.checks.overload.scenario;

import java.util.List;

/**
 * The traffic beside the main traffic.
 *
 * @param routes the routes, each with its own stream of requests
 * @param bunches the bunches on these routes
 * @param loops the loops on these routes
 */
public record Mix(List<Route> routes, List<Bunch> bunches, List<Loop> loops) {

  /** The main traffic alone. */
  public static final Mix NONE = new Mix(List.of(), List.of(), List.of());

  /** Creates a mix with copies of the lists. */
  public Mix {
    routes = List.copyOf(routes);
    bunches = List.copyOf(bunches);
    loops = List.copyOf(loops);
  }

  /** Returns the streams of the routes without changes and failures. */
  Mix calm(long length) {
    return new Mix(routes.stream().map(route -> route.calm(length)).toList(), List.of(), List.of());
  }
}
