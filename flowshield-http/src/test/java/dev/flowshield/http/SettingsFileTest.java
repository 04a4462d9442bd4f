package dev.flowshield.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.http.process.ClassPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file {@code flowshield.properties}. */
class SettingsFileTest {

  @TempDir
  private Path folder;

  @Test
  void isFoundByTheContextClassLoader() throws IOException {
    write("per-client = 7/min\n# a remark\n");
    assertThat(inContext(folder)).contains("each client 7/min");
  }

  @Test
  void isNotNeeded() throws IOException {
    assertThat(inContext(folder)).contains("each client 100/s");
  }

  @Test
  void mayBeginWithAByteOrderMark() throws IOException {
    write("\uFEFFper-client = 7/min\n");
    assertThat(inContext(folder)).contains("each client 7/min");
  }

  @Test
  void maySetEachSettingOnce() throws IOException {
    write("per-client = 7/min\nlimit = 5/s\nper-client = 8/min\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> inContext(folder))
        .withMessage("FlowShield cannot start:\n  'per-client' in flowshield.properties must be"
            + " set once, got it several times: keep one of them");
  }

  @Test
  void isTheFirstOfSeveralAndAWarningSaysSo() throws IOException {
    Path tests = Files.createDirectory(folder.resolve("test-classes"));
    Path classes = Files.createDirectory(folder.resolve("classes"));
    Files.writeString(tests.resolve("flowshield.properties"), "per-client = 1/min\n");
    Files.writeString(classes.resolve("flowshield.properties"), "per-client = 2/min\n");
    try (LogOfShields log = new LogOfShields();
        URLClassLoader loader = new URLClassLoader(new URL[] {url(tests), url(classes)}, null)) {
      assertThat(inContext(loader)).contains("each client 1/min");
      assertThat(log.warnings())
          .containsExactly("FlowShield: flowshield.properties must be on the class path once,"
              + " got 2, in test-classes, classes: the first of them counts alone, so remove the"
              + " others or merge them");
    }
  }

  @Test
  void isNamedWithoutWhereTheApplicationIsInstalled() throws IOException {
    List<URL> found = List.of(
        new URL("jar:https://user:secret@host.example/lib/app.jar!/flowshield.properties"),
        new URL("file:/home/alice/app/classes/flowshield.properties"));
    assertThat(ClassPath.places(found, "flowshield.properties")).isEqualTo("app.jar, classes");
  }

  @Test
  void mustBeOneThatCanBeRead() throws IOException {
    write("per-client = \\u00zz\n");
    assertThatThrownBy(() -> inContext(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("flowshield.properties must be a properties file");
    Files.delete(folder.resolve("flowshield.properties"));
    Path gone = folder.resolve("gone.jar");
    assertThatThrownBy(() -> inContext(new ClassLoader(null) {
          @Override
          protected Enumeration<URL> findResources(String name) {
            return Collections.enumeration(List.of(url(gone)));
          }
        }))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("must be readable");
  }

  @Test
  void mayBeOneThatAnApplicationHasInAPlaceOfItsOwn() throws IOException {
    write("per-client = 7/min\nin-flight = 7\n");
    InputStream own = content("\uFEFFper-client = 8/min\nlimit = 8/s\n");
    assertThat(inContext(
            folder, () -> HttpShield.fromConfiguration(Map.of("limit", "9/s"), () -> own)))
        .asString()
        .contains("everyone together 9/s", "each client 8/min", "as many requests in flight as");
  }

  @Test
  @SuppressWarnings("NullAway") // what a caller without a null check may do
  void isHeldToTheSameRulesInAPlaceOfItsOwn() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> HttpShield.fromConfiguration(Map.of(), () -> content("limit=1/s\nlimit=2/s")))
        .withMessageContaining("'limit' in flowshield.properties must be set once");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.fromConfiguration(Map.of(), () -> content("per-clint=1/s")))
        .withMessageContaining("'per-clint' in flowshield.properties must be one of [");
    assertThatNullPointerException()
        .isThrownBy(() -> HttpShield.fromConfiguration(Map.of(), (Supplier<InputStream>) null))
        .withMessage("file must open one, got null: leave it out for the one on the class path");
    InputStream closed = InputStream.nullInputStream();
    closed.close();
    assertThatThrownBy(() -> HttpShield.fromConfiguration(Map.of(), () -> closed))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("flowshield.properties must be readable: correct or remove it");
  }

  @Test
  void isAConfigurationEvenIfItIsEmpty() throws IOException {
    assertThat(inContext(folder, HttpShield::isConfigured)).isFalse();
    write("");
    assertThat(inContext(folder, HttpShield::isConfigured)).isTrue();
  }

  private static InputStream content(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  private void write(String text) throws IOException {
    Files.writeString(folder.resolve("flowshield.properties"), text);
  }

  private static String inContext(Path folder) throws IOException {
    return inContext(folder, () -> HttpShield.fromConfiguration().toString());
  }

  private static <T> T inContext(Path folder, Supplier<T> asked) throws IOException {
    try (URLClassLoader loader = new URLClassLoader(new URL[] {url(folder)}, null)) {
      return inContext(loader, asked);
    }
  }

  private static String inContext(ClassLoader loader) {
    return inContext(loader, () -> HttpShield.fromConfiguration().toString());
  }

  private static <T> T inContext(ClassLoader loader, Supplier<T> asked) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return asked.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
