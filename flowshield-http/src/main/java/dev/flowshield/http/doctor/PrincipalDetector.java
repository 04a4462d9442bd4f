package dev.flowshield.http.doctor;

import dev.flowshield.http.binding.RequestView;
import java.util.function.BiConsumer;

/**
 * Detects that a shield is on the wrong side of the authentication. Either no request has a user
 * although policies count by users, or all requests have one although only addresses count.
 *
 * <p>Threads race for the counts; the next request makes up for a lost one.
 */
final class PrincipalDetector {

  private static final int ENOUGH = 100;

  private final boolean areCounted;
  private final boolean mayBeAskedFor;
  private int looks;
  private int users;

  /**
   * Creates a detector.
   *
   * @param areCounted whether a policy counts by the user
   * @param mayBeAskedFor whether the application's functions may ask for the user
   */
  PrincipalDetector(boolean areCounted, boolean mayBeAskedFor) {
    this.areCounted = areCounted;
    this.mayBeAskedFor = mayBeAskedFor;
  }

  /**
   * Examines a request.
   *
   * @param found gets the code and the text of a finding, after enough requests
   */
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
