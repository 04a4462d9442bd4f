package dev.flowshield.engine.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The heap is full at one allocation after the other: the caller gets the error, and the next one
 * finds everything as if nothing had been called.
 */
@Tag("faults")
class NoMemoryTest {

  private static final Instrumented ENGINE = new Instrumented(Instrumented.At.ALLOCATIONS);

  static Stream<String> trials() {
    return Trials.names();
  }

  @ParameterizedTest
  @MethodSource("trials")
  void leavesNothingBroken(String trial) throws ReflectiveOperationException {
    assertThat(ENGINE.broken(trial)).isEmpty();
  }
}
