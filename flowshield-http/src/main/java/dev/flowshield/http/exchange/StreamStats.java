package dev.flowshield.http.exchange;

/**
 * The statistics of the streams of a shield, such as event streams and web sockets. The numbers are
 * read one after another while streams begin and end.
 *
 * <p>Immutable. A class rather than a record, so that it can grow.
 */
public final class StreamStats {

  private final int open;
  private final int most;
  private final int mostPerClient;
  private final int clients;
  private final long overLimit;
  private final long shed;

  /**
   * Creates the statistics.
   *
   * @param most {@link Integer#MAX_VALUE} if there is no cap
   * @param mostPerClient {@link Integer#MAX_VALUE} if there is no cap
   */
  public StreamStats(
      int open, int most, int mostPerClient, int clients, long overLimit, long shed) {
    this.open = open;
    this.most = most;
    this.mostPerClient = mostPerClient;
    this.clients = clients;
    this.overLimit = overLimit;
    this.shed = shed;
  }

  /** Returns the current number of open streams, which are not in flight. */
  public int open() {
    return open;
  }

  /** Returns the cap on open streams; {@link Integer#MAX_VALUE} if absent. */
  public int most() {
    return most;
  }

  /** Returns the cap on open streams of each client; {@link Integer#MAX_VALUE} if absent. */
  public int mostPerClient() {
    return mostPerClient;
  }

  /** Returns the current number of clients with open streams. */
  public int clients() {
    return clients;
  }

  /**
   * Returns the requests that were rejected, and the streams that were cut off, because the client
   * had {@linkplain #mostPerClient too many} open streams.
   */
  public long overLimit() {
    return overLimit;
  }

  /**
   * Returns the requests that were rejected, and the streams that were cut off, because all clients
   * together had {@linkplain #most too many} open streams.
   */
  public long shed() {
    return shed;
  }

  @Override
  public String toString() {
    return "StreamStats[open=" + open + ", most=" + most + ", mostPerClient=" + mostPerClient
        + ", clients=" + clients + ", overLimit=" + overLimit + ", shed=" + shed + "]";
  }
}
