package dev.flowshield.engine.faults;

import dev.flowshield.engine.faults.Trial.Fault;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All operations in all situations. */
final class Trials {

  private static final Map<String, Trial<?>> BY_NAME =
      all().collect(Collectors.toMap(Trial::toString, trial -> trial));

  private Trials() {}

  static Stream<Trial<?>> all() {
    return Stream.of(LimiterSubject.trials(), ShieldSubject.trials()).flatMap(Function.identity());
  }

  static Stream<String> names() {
    return all().map(Trial::toString);
  }

  /**
   * What is left broken by an allocation that fails; in an engine that is instrumented for that.
   */
  static List<String> brokenWithoutMemory(String name) {
    return broken(name, Fault.noMemory());
  }

  /** What is left broken by a call that is too deep; in an engine that is instrumented for that. */
  static List<String> brokenWithoutStack(String name) {
    ShieldSubject.detectLeaks(); // which is what finds a slot whose release was too deep
    return broken(name, Fault.noStack());
  }

  private static List<String> broken(String name, Fault fault) {
    Trial<?> trial = BY_NAME.get(name);
    trial.foreignCalls(); // so that all classes it needs are there
    return trial.broken(fault);
  }
}
