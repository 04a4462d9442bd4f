package dev.flowshield.engine;

import dev.flowshield.spi.RateLimiterProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/** Puts providers of a test on the class path for as long as an action runs. */
final class ProvidedLimiters {

  private ProvidedLimiters() {}

  /** Runs an action that finds providers of these classes beside those of the engine. */
  static void with(List<Class<? extends RateLimiterProvider>> providers, Runnable action) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(new Services(providers));
    try {
      action.run();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Sees a service file in which these providers stand. */
  private static final class Services extends ClassLoader {
    private static final String FILE = "META-INF/services/" + RateLimiterProvider.class.getName();
    private final List<Class<? extends RateLimiterProvider>> providers;

    Services(List<Class<? extends RateLimiterProvider>> providers) {
      super(ProvidedLimiters.class.getClassLoader());
      this.providers = providers;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      List<URL> found = new ArrayList<>(Collections.list(super.getResources(name)));
      if (name.equals(FILE)) {
        found.add(url(String.join("\n", providers.stream().map(Class::getName).toList())));
      }
      return Collections.enumeration(found);
    }

    private static URL url(String content) throws IOException {
      return new URL(
          "memory", null, -1, "/" + Arrays.hashCode(content.toCharArray()), new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL url) {
              return new URLConnection(url) {
                @Override
                public void connect() {}

                @Override
                public InputStream getInputStream() {
                  return new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8));
                }
              };
            }
          });
    }
  }
}
