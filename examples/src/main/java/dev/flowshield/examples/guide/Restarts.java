package dev.flowshield.examples.guide;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Debts of keys, kept over a restart. */
public final class Restarts {

  private Restarts() {}

  // snippet: guide-snapshot
  static void start(FlowShield shield, Path file, Consumer<String> log) {
    Snapshot.of(shield).load(file).ignored().forEach(log); // before the first request
  }

  static void stop(FlowShield shield, Path file) throws IOException {
    Snapshot.of(shield).save(file); // after the last one
  }
  // end
}
