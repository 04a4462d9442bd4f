package dev.flowshield.engine.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.faults.Trial.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Code of users that throws, whatever and whenever: the caller gets the error, and the next one
 * finds everything as if nothing had been called.
 */
@Tag("faults")
class ForeignFailuresTest {

  private static final List<Supplier<Throwable>> FAILURES = List.of(
      () -> new IllegalStateException("injected"),
      () -> new OutOfMemoryError("injected"),
      () -> new StackOverflowError("injected"));

  static Stream<Trial<?>> trials() {
    return Trials.all();
  }

  @ParameterizedTest
  @MethodSource("trials")
  void leaveNothingBroken(Trial<?> trial) {
    List<String> broken = new ArrayList<>();
    for (String call : trial.foreignCalls()) {
      for (Supplier<Throwable> failure : FAILURES) {
        broken.addAll(trial.broken(Fault.inUse(call, failure)));
      }
    }

    assertThat(broken).isEmpty();
  }
}
