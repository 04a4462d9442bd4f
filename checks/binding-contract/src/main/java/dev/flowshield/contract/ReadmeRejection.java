package dev.flowshield.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * A check of the README of a binding: it must show the rejection that is sent with the default
 * settings.
 */
public final class ReadmeRejection {

  private static final Set<String> SHOWN =
      Set.of("Content-Type", "Cache-Control", "Retry-After", "RateLimit-Policy", "RateLimit");
  private static final int BURST = 500;

  private ReadmeRejection() {}

  /**
   * Sends requests to a server with the default settings and a stopped clock, until one is
   * rejected. Compares that response with the README of this module.
   */
  public static void assertMatchesReadme(ServerUnderTest server) throws IOException {
    try (Connection client = Connection.to(server.port())) {
      for (int i = 0; i < BURST; i++) {
        assertThat(client.get("/").status()).isEqualTo(200);
      }
      WireResponse rejection = client.get("/");
      assertThat(rejection.status()).isEqualTo(429);
      assertThat(Files.readAllLines(Path.of("README.md")))
          .containsAll(rejection.headers().stream()
              .filter(line -> SHOWN.contains(line.substring(0, line.indexOf(':'))))
              .toList())
          .contains(rejection.body().strip());
    }
  }
}
