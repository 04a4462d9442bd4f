package dev.flowshield.checks.overload.scenario;

import java.util.List;

/** What is sent beside the main traffic: routes, and what is sent on them in other ways. */
public record Mix(List<Route> routes, List<Bunch> bunches, List<Loop> loops) {

  /** Nothing beside the main traffic. */
  public static final Mix NONE = new Mix(List.of(), List.of(), List.of());

  /** Keeps copies. */
  public Mix {
    routes = List.copyOf(routes);
    bunches = List.copyOf(bunches);
    loops = List.copyOf(loops);
  }

  /** The routes alone, when nothing changes and nothing goes wrong. */
  Mix calm(long length) {
    return new Mix(routes.stream().map(route -> route.calm(length)).toList(), List.of(), List.of());
  }
}
