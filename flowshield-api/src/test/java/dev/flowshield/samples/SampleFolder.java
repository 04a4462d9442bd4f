package dev.flowshield.samples;

import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A directory of classes and provider files, like a jar on the class path of a user. */
public final class SampleFolder {

  private final Path folder;

  public SampleFolder(Path folder) {
    this.folder = folder;
  }

  /** Adds a provider: its class and its line. */
  public SampleFolder with(Class<?> service, Class<?> provider) throws IOException {
    addClass(provider);
    addClass(provider.getNestHost());
    return withLine(service, provider.getName());
  }

  /** Adds a line to the provider file of a service. */
  public SampleFolder withLine(Class<?> service, String line) throws IOException {
    Path file = folder.resolve("META-INF/services/" + service.getName());
    Files.createDirectories(file.getParent());
    Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return this;
  }

  public URL url() throws MalformedURLException {
    return folder.toUri().toURL();
  }

  /**
   * Returns a class loader like that of an application with these directories on its class path.
   */
  public static URLClassLoader loader(SampleFolder... folders) throws MalformedURLException {
    URL[] urls = new URL[folders.length];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = folders[i].url();
    }
    return new Loader(urls);
  }

  private void addClass(Class<?> type) throws IOException {
    String name = type.getName().replace('.', '/') + ".class";
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    try (InputStream bytes = SampleFolder.class.getResourceAsStream("/" + name)) {
      Files.write(file, bytes.readAllBytes());
    }
  }

  /**
   * A class loader that finds the samples only in the directories, because its parents have them as
   * classes of these tests.
   */
  private static final class Loader extends URLClassLoader {

    private static final String SAMPLES = SampleProviders.class.getName();

    Loader(URL[] urls) {
      super(urls, SampleFolder.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(SAMPLES)) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? findClass(name) : loaded;
    }
  }
}
