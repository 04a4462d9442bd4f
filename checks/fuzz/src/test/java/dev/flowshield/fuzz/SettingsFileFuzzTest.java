package dev.flowshield.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.HttpShield;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Properties;

/** The bytes of the file {@code flowshield.properties}. */
class SettingsFileFuzzTest {

  @FuzzTest
  void isTakenOrRejected(byte[] input) {
    Trial.atStart(Trial.header(input), Trial.orRejects(SettingsFileFuzzTest::start));
  }

  private static void start(String file) {
    if (opensAStore(file)) {
      return; // and so connects
    }
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(new OneFile(file.getBytes(ISO_8859_1)));
    try {
      HttpShield.fromConfiguration();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static boolean opensAStore(String file) {
    Properties settings = new Properties();
    try {
      settings.load(new StringReader(file));
    } catch (IOException | IllegalArgumentException unreadable) {
      return false;
    }
    return settings.containsKey("flowshield.store");
  }

  /** A class path with the file, in memory. */
  private static final class OneFile extends ClassLoader {

    private final byte[] bytes;

    OneFile(byte[] bytes) {
      super(HttpShield.class.getClassLoader());
      this.bytes = bytes;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals("flowshield.properties")
          ? Collections.enumeration(List.of(url()))
          : super.getResources(name);
    }

    private URL url() throws MalformedURLException {
      return new URL("memory", "", -1, "/flowshield.properties", new URLStreamHandler() {
        @Override
        protected URLConnection openConnection(URL url) {
          return new URLConnection(url) {
            @Override
            public void connect() {}

            @Override
            public InputStream getInputStream() {
              return new ByteArrayInputStream(bytes);
            }
          };
        }
      });
    }
  }
}
