package dev.flowshield.http;

import java.util.function.BiConsumer;

/**
 * Whether users are known where the shield stands: not where policies count by them, or everywhere
 * where only addresses count.
 *
 * <p>Accessed by threads that race; a look that is lost is made up for by the next.
 */
final class PrincipalDetector {

  private static final int ENOUGH = 100;

  private final boolean areCounted;
  private final boolean mayBeAskedFor;
  private int looks;
  private int users;

  /**
   * For a shield.
   *
   * @param areCounted whether a policy counts by the user
   * @param mayBeAskedFor whether the application's functions may ask for the user
   */
  PrincipalDetector(boolean areCounted, boolean mayBeAskedFor) {
    this.areCounted = areCounted;
    this.mayBeAskedFor = mayBeAskedFor;
  }

  /** Looks at a request; tells what it has found after enough of them. */
  void look(RequestView request, BiConsumer<String, String> found) {
    if (looks >= ENOUGH) {
      return;
    }
    users += request.principal() == null ? 0 : 1;
    looks++;
    if (looks < ENOUGH) {
      return;
    }
    if (areCounted && users == 0) {
      found.accept(
          "FS108",
          "a shield whose policies count by principal must stand behind the authentication, got "
              + ENOUGH + " requests and no user, so all are counted by their address: put a shield"
              + " of its own behind it, and leave one by the address before it");
    } else if (!areCounted && !mayBeAskedFor && users == ENOUGH) {
      found.accept(
          "FS109",
          "a shield that counts by the address must stand before the authentication, got " + ENOUGH
              + " requests that all have a user, so attempts to log in that fail never reach it: put"
              + " it first, or count by key=principal here");
    }
  }
}
