package dev.flowshield.engine;

import org.jspecify.annotations.Nullable;

/** Work that a shield runs once it is admitted. */
@FunctionalInterface
public interface Work<T extends @Nullable Object, X extends Exception> {

  /** Does the work. */
  T run() throws X;
}
