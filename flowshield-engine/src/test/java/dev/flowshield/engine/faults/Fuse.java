package dev.flowshield.engine.faults;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Throws where a test says so: at a certain use of foreign code, at a certain allocation, or in
 * every call that is too deep.
 *
 * <p>Holds one fault at a time, for one thread, so a test arms it on the thread that runs the
 * operation and disarms it there. Public because instrumented code of the engine calls it, which
 * other class loaders define, as does a copy of these tests.
 */
public final class Fuse {

  private static final Set<String> USED = new TreeSet<>();
  private static boolean recording;
  private static String call = "";
  private static int usesLeft;
  private static Supplier<? extends Throwable> failure = IllegalStateException::new;
  private static int allocationsLeft;
  private static int deepest = Integer.MAX_VALUE;
  private static int depth;
  private static @Nullable Class<? extends Throwable> thrown;

  private Fuse() {}

  /** Fails the use of foreign code that has this number among those of this name, from 1. */
  public static void armUse(String name, Supplier<? extends Throwable> with, int number) {
    disarm();
    call = name;
    failure = with;
    usesLeft = number;
  }

  /** Fails the allocation that has this number, from 1. */
  public static void armAllocation(int number) {
    disarm();
    allocationsLeft = number;
  }

  /** Fails every call that is deeper than this below the test. */
  public static void armDepth(int most) {
    disarm();
    depth = 0;
    deepest = most;
  }

  /** Lets calls be as deep as they like from now on, as on another thread. */
  public static void leaveThread() {
    deepest = Integer.MAX_VALUE;
  }

  /** Throws no more. Answers what was thrown since it was armed. */
  public static @Nullable Class<? extends Throwable> disarm() {
    Class<? extends Throwable> last = thrown;
    call = "";
    usesLeft = 0;
    allocationsLeft = 0;
    deepest = Integer.MAX_VALUE;
    thrown = null;
    recording = false;
    return last;
  }

  /** Fails nothing, and remembers what is used. */
  public static void record() {
    disarm();
    USED.clear();
    recording = true;
  }

  /** The foreign code that was used since {@link #record}. */
  public static Set<String> used() {
    return Set.copyOf(USED);
  }

  /** Foreign code is used. Throws if that is to fail. */
  public static void use(String name) {
    leaf();
    Throwable fault = failureOf(name);
    if (fault instanceof Error error) {
      throw error;
    }
    if (fault != null) {
      throw (RuntimeException) fault;
    }
  }

  /** Foreign code is used, which fails in another way than by throwing. */
  public static @Nullable Throwable failureOf(String name) {
    if (recording) {
      USED.add(name);
    }
    if (usesLeft == 0 || !name.equals(call) || --usesLeft > 0) {
      return null;
    }
    Throwable fault = failure.get();
    thrown = fault.getClass();
    return fault;
  }

  /** Something is about to be allocated. */
  public static void allocate() {
    if (allocationsLeft > 0 && --allocationsLeft == 0) {
      thrown = OutOfMemoryError.class;
      throw new OutOfMemoryError("injected");
    }
  }

  /** A method begins. Answers the depth of its caller, for {@link #back} and {@link #leave}. */
  public static int enter() {
    int caller = depth;
    leaf();
    depth = caller + 1;
    return caller;
  }

  /** A method goes on after a call, however that ended. */
  public static void back(int caller) {
    depth = caller + 1;
  }

  /** A method ends. */
  public static void leave(int caller) {
    depth = caller;
  }

  /** Something is called that calls nothing of the engine. */
  public static void leaf() {
    if (depth >= deepest) {
      thrown = StackOverflowError.class;
      throw new StackOverflowError("injected");
    }
  }
}
