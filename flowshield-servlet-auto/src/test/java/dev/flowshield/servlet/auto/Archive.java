package dev.flowshield.servlet.auto;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.RateLimiter;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.http.HttpShield;
import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.ServletContainerInitializer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * An unpacked web archive, with the jars of FlowShield in {@code WEB-INF/lib}. The container finds
 * and loads them there, and not on the class path of these tests.
 */
record Archive(Path folder) {

  private static final List<Class<?>> IN_EACH_JAR = List.of(
      FlowShieldInitializer.class,
      FlowShieldFilter.class,
      HttpShield.class,
      FlowShield.class,
      RateLimiter.class);

  /** Creates an archive in an empty directory. */
  Archive {
    try {
      Path library = Files.createDirectories(folder.resolve("WEB-INF/lib"));
      for (Class<?> type : IN_EACH_JAR) {
        pack(placeOf(type), library.resolve("flowshield-" + type.getSimpleName() + ".jar"));
      }
    } catch (IOException | URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Adds a file with this text. */
  Archive with(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  /** Adds {@code web.xml}. */
  Archive withWebXml(String attributes, String content) throws IOException {
    return with(
        "WEB-INF/web.xml",
        "<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.0' " + attributes + ">\n"
            + content + "\n</web-app>\n");
  }

  /** Adds a class of the application. */
  Archive with(Class<?> type) throws IOException {
    Path file = folder.resolve("WEB-INF/classes").resolve(pathOf(type));
    Files.createDirectories(file.getParent());
    try (InputStream content = contentOf(type)) {
      Files.copy(content, file);
    }
    return this;
  }

  /** Adds a jar with an initializer, like that of a framework. */
  Archive withJar(String name, Class<? extends ServletContainerInitializer> type)
      throws IOException {
    return withJar(name, ServletContainerInitializer.class, type);
  }

  /** Adds a jar with a class that provides a service. */
  <S> Archive withJar(String name, Class<S> service, Class<? extends S> type) throws IOException {
    try (ZipOutputStream jar = create(folder.resolve("WEB-INF/lib").resolve(name));
        InputStream content = contentOf(type)) {
      jar.putNextEntry(new ZipEntry("META-INF/services/" + service.getName()));
      jar.write(type.getName().getBytes(UTF_8));
      jar.putNextEntry(new ZipEntry(pathOf(type)));
      content.transferTo(jar);
    }
    return this;
  }

  private static String pathOf(Class<?> type) {
    return type.getName().replace('.', '/') + ".class";
  }

  private static InputStream contentOf(Class<?> type) throws IOException {
    InputStream content = Archive.class.getClassLoader().getResourceAsStream(pathOf(type));
    if (content == null) {
      throw new IOException(type + " is not on the class path");
    }
    return content;
  }

  private static Path placeOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** Packs classes that are not packaged yet into a jar. */
  private static void pack(Path classes, Path jar) throws IOException {
    if (!Files.isDirectory(classes)) {
      Files.copy(classes, jar);
      return;
    }
    try (ZipOutputStream packed = create(jar);
        Stream<Path> all = Files.walk(classes)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        packed.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        Files.copy(file, packed);
      }
    }
  }

  private static ZipOutputStream create(Path jar) throws IOException {
    return new ZipOutputStream(Files.newOutputStream(jar));
  }
}
