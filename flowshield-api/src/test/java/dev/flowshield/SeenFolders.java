package dev.flowshield;

import dev.flowshield.samples.SampleFolder;
import java.io.IOException;
import java.net.URLClassLoader;
import org.jspecify.annotations.Nullable;

/**
 * The folders that the thread of a test sees by its context class loader. Closing it puts the usual
 * one back.
 */
final class SeenFolders implements AutoCloseable {

  private final ClassLoader usual = Thread.currentThread().getContextClassLoader();
  private @Nullable URLClassLoader loader;

  /** Lets this thread find what is in these folders, and nothing that it saw before. */
  void see(SampleFolder... folders) throws IOException {
    if (loader != null) {
      loader.close();
    }
    loader = SampleFolder.loader(folders);
    Thread.currentThread().setContextClassLoader(loader);
  }

  @Override
  public void close() throws IOException {
    Thread.currentThread().setContextClassLoader(usual);
    if (loader != null) {
      loader.close();
    }
  }
}
