package dev.flowshield;

import dev.flowshield.samples.SampleFolder;
import java.io.IOException;
import java.net.URLClassLoader;
import org.jspecify.annotations.Nullable;

/**
 * The directories that are visible to the context class loader of a test thread. Closing restores
 * the usual class loader.
 */
final class SeenFolders implements AutoCloseable {

  private final ClassLoader usual = Thread.currentThread().getContextClassLoader();
  private @Nullable URLClassLoader loader;

  /** Makes the contents of these directories visible to this thread, in place of earlier ones. */
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
