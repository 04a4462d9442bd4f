package dev.flowshield.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.contract.ShownRejection;
import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import io.undertow.server.HttpHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadmeTest {

  @Test
  void showsTheProgramThatCompiles() throws Exception {
    String program = Files.readString(Path.of("src/test/java/example/Main.java"));
    assertThat(Path.of("README.md")).content().contains("```java\n" + program + "```\n");
  }

  @Test
  void showsTheRejectionThatIsSent() throws Exception {
    HttpShield shield = HttpShield.fromConfiguration(
        Map.of(), it -> it.operations(o -> o.ticker(ManualTicker.atZero())));
    HttpHandler app = exchange -> exchange.getResponseSender().send("Hello\n");
    ServerUnderTest server = Servers.start(FlowShieldHandler.protect(app, shield));
    try {
      ShownRejection.assertStandsInReadme(server);
    } finally {
      server.stop().run();
    }
  }
}
