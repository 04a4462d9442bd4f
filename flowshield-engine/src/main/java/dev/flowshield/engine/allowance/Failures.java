package dev.flowshield.engine.allowance;

import org.jspecify.annotations.Nullable;

/**
 * The failures of steps that must all be tried: the first one is thrown once all were, and carries
 * the others as suppressed ones.
 */
public final class Failures {

  private Failures() {}

  /** Returns the first failure, with a further one suppressed if there are two. */
  public static Throwable joined(@Nullable Throwable first, Throwable next) {
    if (first == null) {
      return next;
    }
    if (next != first) {
      try {
        first.addSuppressed(next);
      } catch (OutOfMemoryError noMemory) {
        // the first failure alone is thrown, and the next step is tried
      }
    }
    return first;
  }

  /** Throws a failure as it is, checked or not; does nothing if there is none. */
  public static void rethrow(@Nullable Throwable failure) {
    if (failure != null) {
      Failures.<RuntimeException>raise(failure);
    }
  }

  @SuppressWarnings("unchecked") // the type is erased, so any failure passes
  private static <X extends Throwable> void raise(Throwable failure) throws X {
    throw (X) failure;
  }
}
