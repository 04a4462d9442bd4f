package dev.flowshield.servlet.auto;

import java.nio.file.Path;
import org.eclipse.jetty.ee.webapp.WebAppClassLoader;
import org.eclipse.jetty.ee11.webapp.WebAppContext;

/** Jetty 12 with its Jakarta EE 11 environment. */
final class JettyEe11Deployed {

  private JettyEe11Deployed() {}

  static Deployed start(Path archive, Path work) throws Exception {
    WebAppContext context = new WebAppContext();
    context.setContextPath("/");
    context.setWar(archive.toString());
    context.setClassLoader(new WebAppClassLoader(new ServerLoader(), context));
    context.setTempDirectory(work.toFile());
    context.setThrowUnavailableOnStartupException(true);
    return JettyDeployed.start(context);
  }
}
