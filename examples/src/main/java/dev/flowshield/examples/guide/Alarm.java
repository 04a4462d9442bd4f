package dev.flowshield.examples.guide;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** A listener for rejections. */
public final class Alarm {

  private Alarm() {}

  // snippet: guide-listener
  static FlowShieldBuilder settings(Consumer<String> log, Executor executor) {
    return FlowShield.builder()
        .perKey("2/s")
        .onRejection(
            event -> log.accept(
                event.key() + " was rejected, after " + event.suppressed() + " not reported"),
            executor);
  }
  // end
}
