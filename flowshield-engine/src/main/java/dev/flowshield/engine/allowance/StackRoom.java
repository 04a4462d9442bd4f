package dev.flowshield.engine.allowance;

/**
 * Makes sure that the stack does not overflow while a lock is held: it overflows here instead,
 * where nothing is half done.
 *
 * <p>Neither {@code finally} nor {@code lock()} itself is safe at the end of the stack. A lock that
 * the JVM grants from its reserve is held although {@code lock()} throws, and a handler that the
 * compiler left to the interpreter needs more room than the code that it handles. Either leaves a
 * lock held, or a word frozen, permanently. Costs 40 ns, and is for code that takes a lock or makes
 * a claim.
 */
public final class StackRoom {

  // Frames of 80 bytes each once compiled, 1,120 in all. With 400, locks were left held; with 800,
  // none in 2,400 threads (EndOfStackTest).
  private static final int CALLS = 14;

  private StackRoom() {}

  /**
   * Throws {@link StackOverflowError} if the stack has too little room for the code under a lock.
   */
  public static void require() {
    if (deepen(CALLS, 1, 2, 4, 8, 16, 32, 64, 128) == 0) {
      throw new AssertionError(); // never: the check keeps compilers from removing the calls
    }
  }

  // Each number is used after the call, so it is kept on the stack. The result is never 0.
  private static long deepen(
      int calls, long a, long b, long c, long d, long e, long f, long g, long h) {
    if (calls == 0) {
      return a;
    }
    long deeper = deepen(calls - 1, b, c, d, e, f, g, h, a);
    return deeper ^ a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
  }
}
