package dev.flowshield.architecture;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Checks that a rule can fail, because a rule without a violation in a bad class is useless. */
final class Violations {

  private Violations() {}

  /** Requires that the rule finds a violation in each of these classes. */
  static void assertFinds(ArchRule rule, Class<?>... fixtures) {
    List<String> details =
        rule.evaluate(withWhatTheyUse(fixtures)).getFailureReport().getDetails();
    for (Class<?> fixture : fixtures) {
      assertThat(details)
          .as("what is found where '%s'", rule.getDescription())
          .anyMatch(detail -> detail.contains(fixture.getName()));
    }
  }

  /**
   * Returns the classes with their dependencies, because a rule for layers also checks a dependency
   * from its target.
   */
  private static JavaClasses withWhatTheyUse(Class<?>... fixtures) {
    Set<Class<?>> used = new ClassFileImporter()
        .importClasses(fixtures).stream()
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(use -> use.getTargetClass().getBaseComponentType())
            .filter(type -> type.getPackageName().startsWith("dev.flowshield"))
            .map(JavaClass::reflect)
            .collect(toSet());
    return new ClassFileImporter()
        .importClasses(Stream.concat(Stream.of(fixtures), used.stream()).toList());
  }
}
