package dev.flowshield.servlet.auto;

import java.nio.file.Path;
import org.eclipse.jetty.ee.webapp.WebAppClassLoader;
import org.eclipse.jetty.ee10.webapp.WebAppContext;

/** Jetty 12 with its Jakarta EE 10 environment. */
final class JettyEe10Deployed {

  private JettyEe10Deployed() {}

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
