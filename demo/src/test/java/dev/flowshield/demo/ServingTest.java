package dev.flowshield.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServingTest {

  @Test
  void endsWithTheProcessThatHasStartedIt() throws Exception {
    String java = System.getProperty("java.home") + "/bin/java";
    String demo = "'" + java + "' -Ddemo.serve=true -cp '" + System.getProperty("java.class.path")
        + "' " + Demo.class.getName() + "; true"; // so that the shell waits for it
    Process starter =
        new ProcessBuilder("sh", "-c", demo).redirectErrorStream(true).start();
    try (BufferedReader output = starter.inputReader(UTF_8)) {
      String line = output.readLine();
      while (line != null && !line.startsWith("Up at ")) {
        line = output.readLine();
      }
      assertThat(line).isNotNull();
      URI address = URI.create(line.replaceAll("Up at (\\S+) .*", "$1"));
      ProcessHandle server = starter.children().findFirst().orElseThrow();
      try (Socket connection = new Socket(address.getHost(), address.getPort())) {
        connection.setSoTimeout(20_000);

        starter.destroyForcibly();

        // Not onExit: a process that has lost its parent may be gone and not be waited for.
        assertThat(isEnded(connection)).isTrue();
      } finally {
        server.destroyForcibly();
      }
    }
  }

  private static boolean isEnded(Socket connection) throws IOException {
    try {
      return connection.getInputStream().read() < 0;
    } catch (SocketTimeoutException open) {
      return false;
    } catch (SocketException reset) {
      return true;
    }
  }
}
