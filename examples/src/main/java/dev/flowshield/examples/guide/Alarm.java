package dev.flowshield.examples.guide;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Being told of refusals. */
public final class Alarm {

  private Alarm() {}

  // snippet: guide-listener
  static FlowShieldBuilder settings(Consumer<String> log, Executor executor) {
    return FlowShield.builder()
        .perClient("2/s")
        .onRefusal(
            event -> log.accept(
                event.client() + " was refused, after " + event.suppressed() + " not told of"),
            executor);
  }
  // end
}
