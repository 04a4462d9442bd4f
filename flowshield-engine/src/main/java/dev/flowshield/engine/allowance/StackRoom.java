package dev.flowshield.engine.allowance;

/**
 * Makes sure that the stack does not end while a lock is held: it ends here instead, where nothing
 * is half done.
 *
 * <p>Neither {@code finally} nor {@code lock()} itself is safe at the end of the stack. A lock that
 * the JVM grants from its reserve is held although {@code lock()} throws, and a handler that the
 * compiler left to the interpreter needs more room than the code that it handles. Either leaves a
 * lock held, or a word frozen, for good. Costs 40 ns, and is for code that takes a lock or makes a
 * claim.
 */
public final class StackRoom {

  // Of 80 bytes each once compiled, 1,120 in all. With 400, locks were left held; with 800, none
  // in 2,400 threads (EndOfStackTest).
  private static final int CALLS = 14;

  private StackRoom() {}

  /** Throws if the stack has too little room for what a lock is taken for. */
  public static void require() {
    if (deepen(CALLS, 1, 2, 4, 8, 16, 32, 64, 128) == 0) {
      throw new AssertionError(); // never: asked, so that no compiler leaves the calls out
    }
  }

  // Each number is needed after the call, so it has a place on the stack. They never come to 0.
  private static long deepen(
      int calls, long a, long b, long c, long d, long e, long f, long g, long h) {
    if (calls == 0) {
      return a;
    }
    long deeper = deepen(calls - 1, b, c, d, e, f, g, h, a);
    return deeper ^ a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
  }
}
