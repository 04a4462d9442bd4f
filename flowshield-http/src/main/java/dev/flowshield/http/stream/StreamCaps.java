package dev.flowshield.http.stream;

/**
 * The most streams that may be open.
 *
 * @param together of all clients; {@link #NONE} if there is no cap
 * @param each of each client; {@link #NONE} if there is no cap
 */
public record StreamCaps(int together, int each) {

  /** Stands for no cap. */
  public static final int NONE = Integer.MAX_VALUE;

  public static final StreamCaps OFF = new StreamCaps(NONE, NONE);

  public static final int MOST = 10_000_000;

  public StreamCaps withTogether(int most) {
    return new StreamCaps(required("streams", most), each);
  }

  public StreamCaps withEach(int most) {
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
