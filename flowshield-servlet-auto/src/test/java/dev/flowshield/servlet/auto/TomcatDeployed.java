package dev.flowshield.servlet.auto;

import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.scan.StandardJarScanner;

/** Tomcat 11 or 10.1, whichever is on the class path, which reads archives like the server. */
record TomcatDeployed(Tomcat tomcat, int port) implements Deployed {

  static Deployed start(Path archive, Path work) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(work.toString());
    Connector connector = new Connector();
    connector.setProperty("address", "127.0.0.1");
    connector.setPort(0);
    tomcat.setConnector(connector);
    tomcat.setAddDefaultWebXmlToWebapp(false); // which requires JSP
    Context context = tomcat.addWebapp("", archive.toString());
    context.setParentClassLoader(new ServerLoader());
    ((StandardJarScanner) context.getJarScanner()).setScanClassPath(false);
    tomcat.start();
    Deployed started = new TomcatDeployed(tomcat, connector.getLocalPort());
    if (context.getState() != LifecycleState.STARTED) { // Tomcat logs why, and runs on
      started.stop();
      throw new IllegalStateException("the application did not start");
    }
    return started;
  }

  @Override
  public void stop() throws Exception {
    tomcat.stop();
    tomcat.destroy();
  }
}
