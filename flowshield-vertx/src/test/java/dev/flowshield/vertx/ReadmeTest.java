package dev.flowshield.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.contract.Answer;
import dev.flowshield.contract.Connection;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadmeTest {

  private static final Set<String> SHOWN =
      Set.of("Content-Type", "Cache-Control", "Retry-After", "RateLimit-Policy", "RateLimit");

  @Test
  void showsTheProgramThatCompiles() throws Exception {
    String program = Files.readString(Path.of("src/test/java/example/Main.java"));
    assertThat(Path.of("README.md")).content().contains("```java\n" + program + "```\n");
  }

  @Test
  void showsTheRejectionThatIsSent() throws Exception {
    HttpShield shield =
        HttpShield.fromConfiguration(Map.of(), it -> it.ticker(ManualTicker.atZero()));
    Vertx vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    router.route().handler(FlowShieldHandler.create(shield));
    router.get("/").handler(context -> context.end("Hello\n"));
    ServerUnderTest server = Servers.start(vertx, router);
    try (Connection client = Connection.to(server.port())) {
      for (int i = 0; i < 500; i++) {
        assertThat(client.get("/").status()).isEqualTo(200);
      }
      Answer rejection = client.get("/");
      assertThat(Files.readAllLines(Path.of("README.md")))
          .containsAll(rejection.fields().stream()
              .filter(line -> SHOWN.contains(line.substring(0, line.indexOf(':'))))
              .toList())
          .contains(rejection.body().strip());
    } finally {
      server.stop().run();
    }
  }
}
