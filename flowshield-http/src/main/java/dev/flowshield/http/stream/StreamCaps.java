package dev.flowshield.http.stream;

/**
 * The most streams that may be open.
 *
 * @param together of all clients; {@link #NONE} if there is no cap
 * @param each of each client; {@link #NONE} if there is no cap
 */
public record StreamCaps(int together, int each) {

  /** The value that means no cap. */
  public static final int NONE = Integer.MAX_VALUE;

  /** No cap at all. */
  public static final StreamCaps OFF = new StreamCaps(NONE, NONE);
}
