package dev.flowshield.servlet;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Access to virtual threads by reflection, because this module is compiled for Java 17. On JVMs
 * without virtual threads, no thread is virtual.
 */
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

  /** Returns whether the current thread is virtual. */
  static boolean isCurrent() {
    try {
      return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
    } catch (Throwable impossible) { // the method throws nothing
      throw new AssertionError(impossible);
    }
  }

  /**
   * Runs a task on a new virtual thread, which waits for a processor like all others. Only for JVMs
   * with virtual threads.
   */
  static void run(Runnable task) {
    try {
      Thread started = (Thread) START.invokeExact(task);
      assert started != null;
    } catch (Error | RuntimeException failure) { // for example if memory is exhausted
      throw failure;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
