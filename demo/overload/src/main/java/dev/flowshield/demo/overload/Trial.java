package dev.flowshield.demo.overload;

import dev.flowshield.demo.overload.server.Protection;
import dev.flowshield.demo.overload.server.ServerKind;
import dev.flowshield.demo.overload.server.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One server with one kind of work and traffic, with or without the shield. */
record Trial(ServerKind server, Work work, Traffic traffic, Protection protection) {

  /** All that this JVM can run, those to be compared next to each other. */
  static List<Trial> all() {
    List<Trial> trials = new ArrayList<>();
    for (Work work : Work.values()) {
      for (ServerKind server : ServerKind.values()) {
        if (server.canRun()) {
          add(trials, server, work, Traffic.SPIKE);
        }
      }
    }
    add(trials, ServerKind.UNDERTOW, Work.WAITS, Traffic.ABUSE);
    add(trials, ServerKind.UNDERTOW, Work.WAITS, Traffic.STORM);
    return trials;
  }

  private static void add(List<Trial> trials, ServerKind server, Work work, Traffic traffic) {
    for (Protection protection : Protection.values()) {
      trials.add(new Trial(server, work, traffic, protection));
    }
  }

  /** What it is chosen by, and its log named: {@code Jetty, waits, spike, auto}. */
  String name() {
    return String.join(", ", server.title(), work.title(), traffic.title(), protectionTitle());
  }

  String protectionTitle() {
    return protection.name().toLowerCase(Locale.ROOT);
  }
}
