package dev.flowshield.engine.rate;

/**
 * Makes sure that the stack does not end while a lock is held: it ends here instead, where nothing is half done.
 *
 * <p>Neither {@code finally} nor {@code lock()} itself is safe at the end of the stack. A lock that the JVM grants from its reserve
 * is held although {@code lock()} throws, and a handler that the compiler left to the interpreter needs more room than the code
 * that it handles. Either leaves a lock held, or a word frozen, for good. Costs no more than the lock, and is for code that takes one.
 */
public final class StackRoom {

  // Twice of what was enough for all that is called under a lock (EndOfStackTest).
  private static final int CALLS = 8;

  private StackRoom() {}

  /** Throws if the stack has too little room for what a lock is taken for. */
  public static void require() {
    if (deepen(CALLS, 1, 2, 3, 5) == 0) {
      throw new AssertionError(); // never: asked, so that no compiler leaves the calls out
    }
  }

  // Each number is needed after the call, so it has a place on the stack.
  private static long deepen(int calls, long a, long b, long c, long d) {
    if (calls == 0) {
      return a;
    }
    long deeper = deepen(calls - 1, b, c, d, a);
    return (((deeper * a + b) * c) ^ d) | 1;
  }
}
