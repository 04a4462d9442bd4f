package dev.flowshield.servlet;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Virtual threads, where the JVM has them: this is compiled for one that has none. */
final class VirtualThreads {

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.publicLookup();
  private static final MethodHandle IS_VIRTUAL;
  private static final MethodHandle START;

  static {
    MethodHandle isVirtual;
    MethodHandle start;
    try {
      isVirtual =
          LOOKUP.findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
      start = LOOKUP.findStatic(
          Thread.class, "startVirtualThread", MethodType.methodType(Thread.class, Runnable.class));
    } catch (ReflectiveOperationException older) {
      isVirtual = MethodHandles.dropArguments(
          MethodHandles.constant(boolean.class, false), 0, Thread.class);
      start = MethodHandles.empty(MethodType.methodType(Thread.class, Runnable.class));
    }
    IS_VIRTUAL = isVirtual;
    START = start;
  }

  private VirtualThreads() {}

  /** Whether this thread is one. */
  static boolean areUsedHere() {
    try {
      return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
    } catch (Throwable impossible) { // as the method throws nothing
      throw new AssertionError(impossible);
    }
  }

  /**
   * Runs a task in one of its own, which waits for its turn as all of them do; for a JVM that has
   * them.
   */
  static void run(Runnable task) {
    try {
      Thread started = (Thread) START.invokeExact(task);
      assert started != null;
    } catch (Error | RuntimeException failure) { // no memory for one more
      throw failure;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
