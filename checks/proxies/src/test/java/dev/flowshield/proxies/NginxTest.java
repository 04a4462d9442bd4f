package dev.flowshield.proxies;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("nginx")
class NginxTest extends TwoHopsContract {

  @TempDir
  private Path folder;

  @Override
  public Proxy start(InetSocketAddress behind, boolean isOutermost) throws IOException {
    return Nginx.start(
        behind,
        isOutermost,
        Files.createDirectory(folder.resolve(isOutermost ? "outer" : "inner")));
  }
}
