package dev.flowshield.demo.overload.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The measuring client: the one in C if it can be compiled, or else the one in Java, which is
 * itself the bottleneck if a server closes many connections.
 *
 * @param sentence the name of the measuring client, with the reason if it is the one in Java
 */
public record ClientChoice(LoadClient client, String sentence) {

  /**
   * Chooses for this machine.
   *
   * @param directory for the compiled client
   */
  public static ClientChoice ofThisMachine(Path directory) throws InterruptedException {
    return choose(
        System.getProperty("os.name"),
        Optional.ofNullable(System.getenv("PATH")).orElse(""),
        directory);
  }

  static ClientChoice choose(String system, String path, Path directory)
      throws InterruptedException {
    if (!"Linux".equals(system)) {
      return java("the one in C needs Linux, and this is " + system);
    }
    Optional<CCompiler> compiler = CCompiler.find(path);
    if (compiler.isEmpty()) {
      return java("the one in C needs gcc or cc, and neither was found");
    }
    try {
      LoadClient client = new OpenLoad(compiler.get().compile(directory).toAbsolutePath());
      return new ClientChoice(client, "Measured by " + client.title() + ".");
    } catch (IOException failed) {
      return java("the one in C could not be compiled: " + failed.getMessage());
    }
  }

  private static ClientChoice java(String why) {
    LoadClient client = new JavaClients();
    return new ClientChoice(client, "Measured by " + client.title() + "; " + why + ".");
  }
}
