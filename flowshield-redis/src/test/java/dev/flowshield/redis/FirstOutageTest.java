package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstOutageTest {

  @Test
  void loadsNoClassOfTheEngineWhileRequestsWait() throws IOException {
    try (RedisProcess server = RedisProcess.start()) {
      Process process = new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx64m",
              "-Xlog:class+load:stdout",
              "-cp",
              System.getProperty("java.class.path"),
              FirstOutage.class.getName(),
              server.uri())
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
      try (BufferedReader output = process.inputReader()) {
        String line = output.readLine();
        while (!line.contains("answered")) {
          line = output.readLine();
        }
        server.kill();
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        List<String> lines = output
            .lines()
            .dropWhile(each -> !each.contains("outage begins"))
            .takeWhile(each -> !each.contains("outage ends"))
            .toList();
        assertThat(lines).isNotEmpty();
        assertThat(lines)
            .filteredOn(each -> each.contains("dev.flowshield.engine"))
            .isEmpty();
      } finally {
        process.destroyForcibly();
      }
    }
  }
}
