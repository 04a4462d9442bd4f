package dev.flowshield.engine.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The stack ends at one call after the other, for what is done to repair it as well: the caller
 * gets the error, and the next one finds nothing broken. Permits may be lost to it until they are
 * back by themselves.
 */
@Tag("faults")
class NoStackTest {

  private static final Instrumented ENGINE = new Instrumented(Instrumented.At.CALLS);

  static Stream<String> trials() {
    return Trials.names();
  }

  @ParameterizedTest
  @MethodSource("trials")
  void leavesNothingBroken(String trial) throws ReflectiveOperationException {
    assertThat(ENGINE.broken(trial)).isEmpty();
  }
}
