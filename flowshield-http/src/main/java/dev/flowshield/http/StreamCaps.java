package dev.flowshield.http;

/**
 * The most streams that may be open.
 *
 * @param together of all clients; {@link #NONE} if there is no cap
 * @param each of each client; {@link #NONE} if there is no cap
 */
record StreamCaps(int together, int each) {

  /** No cap. */
  static final int NONE = Integer.MAX_VALUE;

  static final StreamCaps OFF = new StreamCaps(NONE, NONE);

  StreamCaps withTogether(int most) {
    return new StreamCaps(most, each);
  }

  StreamCaps withEach(int most) {
    return new StreamCaps(together, most);
  }
}
