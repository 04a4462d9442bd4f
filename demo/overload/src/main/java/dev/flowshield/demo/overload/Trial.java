package dev.flowshield.demo.overload;

import dev.flowshield.demo.overload.server.Protection;
import dev.flowshield.demo.overload.server.ServerKind;
import dev.flowshield.demo.overload.server.Work;
import java.util.ArrayList;
import java.util.List;

/** One server with one kind of work and traffic, and its protection. */
record Trial(ServerKind server, Work work, Traffic traffic, Protection protection) {

  /**
   * Returns all trials that this JVM can run, with comparable ones next to each other.
   *
   * @param processors the number of processors of a server
   */
  static List<Trial> all(int processors) {
    List<Trial> trials = new ArrayList<>();
    for (Work work : Work.values()) {
      for (ServerKind server : ServerKind.values()) {
        if (server.canRun()) {
          add(trials, processors, server, work, Traffic.SPIKE);
        }
      }
    }
    add(trials, processors, ServerKind.UNDERTOW, Work.WAITS, Traffic.ABUSE);
    add(trials, processors, ServerKind.UNDERTOW, Work.WAITS, Traffic.STORM);
    return trials;
  }

  private static void add(
      List<Trial> trials, int processors, ServerKind server, Work work, Traffic traffic) {
    for (Protection protection : Protection.all(server, work, processors)) {
      trials.add(new Trial(server, work, traffic, protection));
    }
  }

  /** Returns the name by which to choose it, such as {@code Jetty, waits, spike, hand 12}. */
  String name() {
    return String.join(", ", server.title(), work.title(), traffic.title(), protection.title());
  }
}
