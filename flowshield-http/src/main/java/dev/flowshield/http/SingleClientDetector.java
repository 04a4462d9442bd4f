package dev.flowshield.http;

/**
 * Whether nearly all requests come from one client.
 *
 * <p>Accessed by threads that race; a look that is lost is made up for by the next.
 */
final class SingleClientDetector {

  private static final int PERCENT = 95;

  private final int enough;
  private String most = "";
  private int looks;
  private int ofMost;

  /** Looks at so many requests at a time. */
  SingleClientDetector(int enough) {
    this.enough = enough;
  }

  /** Looks at the client of a request; whether nearly all of the last ones had this one. */
  boolean isIn(String client) {
    if (looks == 0) {
      most = client;
      ofMost = 0;
    }
    looks++;
    ofMost += client.equals(most) ? 1 : 0;
    if (looks < enough) {
      return false;
    }
    looks = 0;
    return ofMost * 100 >= enough * PERCENT;
  }
}
