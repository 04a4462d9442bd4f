package dev.flowshield.servlet.auto;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/**
 * A class loader that finds the classes of a server for applications, without FlowShield and the
 * applications, which are also on the class path of these tests.
 */
final class ServerLoader extends ClassLoader {

  ServerLoader() {
    super(ServerLoader.class.getClassLoader());
  }

  /** Returns whether it is a parent of the class loader of an application. */
  static boolean isAbove(@Nullable ClassLoader loader) {
    for (ClassLoader each = loader; each != null; each = each.getParent()) {
      if (each instanceof ServerLoader) {
        return true;
      }
    }
    return false;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.startsWith("dev.flowshield.")) {
      throw new ClassNotFoundException(name);
    }
    return super.loadClass(name, resolve);
  }

  @Override
  public @Nullable URL getResource(String name) {
    return isHidden(name) ? null : super.getResource(name);
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    return isHidden(name) ? Collections.emptyEnumeration() : super.getResources(name);
  }

  private static boolean isHidden(String name) {
    return name.startsWith("dev/flowshield/")
        || name.startsWith("META-INF/services/dev.flowshield.")
        || name.equals("META-INF/services/jakarta.servlet.ServletContainerInitializer");
  }
}
