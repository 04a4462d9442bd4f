package dev.flowshield.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ModuleTest {

  @Test
  void exportsWhatUsersAndBindingsNeedAndBringsTheEngine() throws Exception {
    URI classes =
        HttpShield.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    ModuleDescriptor module = ModuleFinder.of(Path.of(classes))
        .find("dev.flowshield.http")
        .orElseThrow()
        .descriptor();
    assertThat(module.exports())
        .extracting(ModuleDescriptor.Exports::toString)
        .containsExactlyInAnyOrder(
            "dev.flowshield.http",
            "dev.flowshield.http.binding",
            "dev.flowshield.http.exchange",
            "dev.flowshield.http.spi");
    assertThat(module.requires())
        .filteredOn(each -> !each.modifiers().contains(Requires.Modifier.STATIC))
        .extracting(Requires::name)
        .containsExactlyInAnyOrder("dev.flowshield.engine", "java.base");
    assertThat(module.provides()).isEmpty();
    assertThat(module.uses()).containsExactly("dev.flowshield.http.spi.ConsoleProvider");
  }
}
