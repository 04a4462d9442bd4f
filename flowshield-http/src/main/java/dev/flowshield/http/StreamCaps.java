package dev.flowshield.http;

/**
 * The most streams that may be open.
 *
 * @param together of all clients; {@link #NONE} if there is no cap
 * @param each of each client; {@link #NONE} if there is no cap
 */
record StreamCaps(int together, int each) {

  /** Stands for no cap. */
  static final int NONE = Integer.MAX_VALUE;

  static final StreamCaps OFF = new StreamCaps(NONE, NONE);

  static final int MOST = 10_000_000;

  StreamCaps withTogether(int most) {
    return new StreamCaps(required("streams", most), each);
  }

  StreamCaps withEach(int most) {
    return new StreamCaps(together, required("streamsPerClient", most));
  }

  private static int required(String setting, int most) {
    if (most < 1 || most > MOST) {
      throw new IllegalArgumentException(setting + " must be 1 to 10,000,000, got " + most
          + ": choose how many connections the server can hold open");
    }
    return most;
  }
}
