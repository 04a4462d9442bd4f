package dev.flowshield.demo.traffic;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The outcomes of the requests of a schedule, in the order of the schedule. Instants are
 * nanoseconds since the start of the traffic.
 *
 * <p>Written by the clients and read by an observer at the same time. A status is set last, so a
 * reader that sees it also sees its time.
 */
public final class Answers {

  /** In place of a status: no response yet. */
  public static final int WAITING = 0;

  /**
   * In place of a status: when the request was due, all connections of the client were waiting for
   * responses.
   */
  public static final int NO_CONNECTION = 1;

  /** In place of a status: the connection broke. */
  public static final int BROKEN = 2;

  /** In place of a status: no response arrived within the waiting time. */
  public static final int NO_ANSWER = 3;

  private static final long NOT_YET = Long.MAX_VALUE;

  private final AtomicLongArray leftAt;
  private final AtomicLongArray answeredAt;
  private final AtomicIntegerArray status;
  private final CountDownLatch waiting;

  /** Creates outcomes in which all requests are waiting. */
  public Answers(int requests) {
    this.leftAt = new AtomicLongArray(requests);
    for (int i = 0; i < requests; i++) {
      leftAt.set(i, NOT_YET);
    }
    this.answeredAt = new AtomicLongArray(requests);
    this.status = new AtomicIntegerArray(requests);
    this.waiting = new CountDownLatch(requests);
  }

  /** Records that a request was passed to the network, or that there was no connection for it. */
  public void left(int i, long nanos) {
    leftAt.set(i, nanos);
  }

  /** Records the end of a request: an HTTP status, or one of the constants. */
  public void ended(int i, int with, long nanos) {
    answeredAt.set(i, nanos);
    status.set(i, with);
    waiting.countDown();
  }

  /** Stops waiting; requests without a response stay without one. */
  public void giveUp(long nanos) {
    for (int i = 0; i < status.length(); i++) {
      if (status.get(i) == WAITING) {
        ended(i, NO_ANSWER, nanos);
      }
    }
  }

  /** Returns an HTTP status or one of the constants. */
  public int status(int i) {
    return status.get(i);
  }

  /** Returns the instant at which a request left; the maximum while it has not. */
  public long leftAtNanos(int i) {
    return leftAt.get(i);
  }

  /**
   * Returns the instant at which a request ended; meaningless while its status is {@link #WAITING}.
   */
  public long answeredAtNanos(int i) {
    return answeredAt.get(i);
  }

  /** Waits for the last response with a time limit. Returns whether it arrived. */
  public boolean await(Duration patience) throws InterruptedException {
    return waiting.await(patience.toNanos(), TimeUnit.NANOSECONDS);
  }
}
