package dev.flowshield;

import static java.lang.module.ModuleDescriptor.Requires.Modifier.STATIC;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests of the module, which run on the module path and therefore use the module of users. */
class ModuleTest {

  private final Module module = RateLimiter.class.getModule();
  private final ModuleDescriptor descriptor = module.getDescriptor();

  @Test
  void isNamedAfterTheProject() {
    assertThat(module.isNamed()).isTrue();
    assertThat(module.getName()).isEqualTo("dev.flowshield.api");
    assertThat(descriptor.isOpen()).isFalse();
  }

  @Test
  void exportsTheTwoPackagesToEveryone() {
    assertThat(descriptor.exports())
        .noneMatch(ModuleDescriptor.Exports::isQualified)
        .extracting(ModuleDescriptor.Exports::source)
        .containsExactlyInAnyOrder("dev.flowshield", "dev.flowshield.spi");
    assertThat(descriptor.opens()).isEmpty();
  }

  @Test
  void needsNothingButTheJdkWhenItRuns() {
    Map<String, Set<ModuleDescriptor.Requires.Modifier>> requires = descriptor.requires().stream()
        .collect(toMap(ModuleDescriptor.Requires::name, ModuleDescriptor.Requires::modifiers));

    assertThat(requires).containsOnlyKeys("java.base", "org.jspecify");
    assertThat(requires.get("org.jspecify"))
        .as("not transitive: users without that jar could not compile")
        .containsExactly(STATIC);
  }

  @Test
  void usesTheThreeServicesAndProvidesNone() {
    assertThat(descriptor.uses())
        .containsExactlyInAnyOrder(
            "dev.flowshield.spi.LimitStoreProvider",
            "dev.flowshield.spi.RateLimiterProvider",
            "dev.flowshield.spi.RateLimiterEngine");
    assertThat(descriptor.provides()).isEmpty();
  }
}
