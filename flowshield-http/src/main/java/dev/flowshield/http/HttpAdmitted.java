package dev.flowshield.http;

import dev.flowshield.engine.Admitted;
import dev.flowshield.http.OpenStreams.Room;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request that may run, in flight until it is closed, or until it is {@linkplain #established()
 * established} as a stream; then it is counted as an open stream until it is closed.
 *
 * <p>Close it exactly when the work has truly ended, from any thread; a second close does nothing,
 * one never closed is a place lost for good. How the work went is said before: {@link
 * #responded(int)}, {@link #failed()} or {@link #ignored()}, else it counts as a success. A request
 * that is left alone, or that the same shield has admitted before, holds no place; closing it does
 * nothing.
 *
 * <p>Thread-safe; never blocks, never throws.
 */
public sealed class HttpAdmitted implements HttpAdmission, AutoCloseable
    permits DetailedHttpAdmitted {
  /*
   * State: IN_FLIGHT with a place; NO_ROOM and CUT_OFF too, established as a stream for which there
   * was no room; STREAM counted as an open stream; then ENDED for good.
   *
   * Invariant
   *   H1  A stream that was counted is the one of the state STREAM, or is taken back at once by the
   *       thread that did not come to set the state. Exactly one close finds that state.
   *
   * Memory order: volatile.
   */
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(HttpAdmitted.class, "state", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private static final int IN_FLIGHT = 0;
  private static final int STREAM = 1;
  private static final int ENDED = 2;
  private static final int NO_ROOM = 3;
  private static final int CUT_OFF = 4;

  /**
   * What the admitted requests of one shield have in common.
   *
   * @param shield that has admitted them
   * @param unfinished those of them that are looked at
   * @param streams those of them that are open streams
   */
  record Owner(@Nullable HttpShield shield, CompletionWatcher unfinished, OpenStreams streams) {}

  static final HttpAdmitted WITHOUT_PLACE = new HttpAdmitted(
      null, new Owner(null, new CompletionWatcher(), new OpenStreams(StreamCaps.OFF)), null);

  private static final int SERVER_ERROR = 500;
  private static final int PATIENCE_SECONDS = 5;
  private static final int PATIENCE_LOOKS = PATIENCE_SECONDS * CompletionWatcher.LOOKS_PER_SECOND;

  // No work goes on that a place would have to be kept for. A client that has lost its streams
  // comes back at once, and must not find them counted still.
  private static final int PATIENCE_LOOKS_OF_STREAM = 1;

  // One more, so that a client that comes back finds its earlier streams ended by then.
  private static final int LOOKS_FOR_ROOM = PATIENCE_LOOKS_OF_STREAM + 1;

  private final @Nullable Admitted admitted;
  private final Owner owner;
  private final @Nullable String client;

  private volatile @Nullable WatchedWork watched;
  private volatile int state; // IN_FLIGHT
  private int looks; // in patience, or for room; accessed by the one task that looks

  /**
   * A request of a client.
   *
   * @param admitted its place; null if it holds none
   * @param client the key that its stream is counted by; null if its client is not limited
   */
  HttpAdmitted(@Nullable Admitted admitted, Owner owner, @Nullable String client) {
    this.admitted = admitted;
    this.owner = owner;
    this.client = client;
  }

  /** The shield that has admitted it. */
  final HttpShield shield() {
    return Objects.requireNonNull(owner.shield());
  }

  /**
   * Asks from now on how far the work has come, twice a second and on another thread, until this is
   * closed. Calls {@link #established()} when that is seen; closes it when the work has ended, or
   * when the client has been gone, or the request handed back, for {@value #PATIENCE_SECONDS}
   * seconds; a stream, for half a second. A stream that finds no room is cut off a second later.
   * For servers that do not tell every end: a request whose end is told soon should be closed
   * without this. Called once at most.
   */
  public final void watch(WatchedWork work) {
    if (admitted == null || isClosed()) {
      return;
    }
    watched = work;
    owner.unfinished().add(this);
    if (isClosed()) { // in the meantime, and so perhaps before it was added
      owner.unfinished().remove(this);
    }
  }

  final void look() {
    WatchedWork work = watched;
    if (work == null) {
      return;
    }
    Progress progress = work.progress();
    if (progress == Progress.ENDED) {
      close();
    } else if (progress == Progress.ESTABLISHED) {
      if (!established()) {
        lookForRoom(work);
      }
    } else if (progress == Progress.GOING_ON) {
      if (state == NO_ROOM) { // there may be by now
        established();
      }
    } else {
      looks++;
      if (looks > patience()) {
        if (progress == Progress.CLIENT_GONE) {
          ignored();
        }
        close();
      }
    }
  }

  private void lookForRoom(WatchedWork work) {
    Room missing = owner.streams().room(client);
    if (missing == Room.FREE) { // since just now, so the next look takes it
      return;
    }
    looks++;
    if (looks > LOOKS_FOR_ROOM && STATE.compareAndSet(this, NO_ROOM, CUT_OFF)) {
      ignored();
      owner.streams().countRejected(missing);
      HttpShield shield = owner.shield();
      if (shield != null) {
        shield.logRejection();
      }
      work.cutOff();
    }
  }

  private int patience() {
    return switch (state) {
      case IN_FLIGHT -> PATIENCE_LOOKS;
      case CUT_OFF -> 0;
      default -> PATIENCE_LOOKS_OF_STREAM;
    };
  }

  /**
   * The headers to add to the response before the application writes it, such as {@code RateLimit};
   * none unless {@link HttpShieldBuilder.ResponseOptions#headers} says always.
   */
  public List<ShieldResponse.Header> headers() {
    return List.of();
  }

  /**
   * The response has this status; from 500 on, the work failed. Policies that charge by status
   * charge by the first that is said; work that {@linkplain #failed() failed} before had 500.
   */
  public void responded(int status) {
    if (status >= SERVER_ERROR) {
      failed();
    }
  }

  /**
   * What the request has cost, for policies with {@code cost=later}: said by the application before
   * the response ends. The last one counts; if nothing is said, the request has cost what was
   * reserved. Without such a policy it does nothing.
   *
   * @param permits 0 or more
   * @throws IllegalArgumentException if the permits are negative
   */
  public void cost(long permits) {
    if (permits < 0) {
      throw new IllegalArgumentException(
          "permits must be 0 or more, got " + permits + ": say what the request has cost");
    }
  }

  /**
   * The exchange is a stream from now on, such as an event stream, a web socket, or a long poll
   * that waits: what was to be done at once is done, and it stays open. It gives its place back, as
   * an outcome that tells nothing, and is counted as an open stream until it is closed. If as many
   * streams are open as may be, it stays in flight. Does nothing if it is called again, or after
   * the close.
   *
   * @return false if there is no room for its stream, so that it is in flight still; whoever can
   *     should end it
   */
  public final boolean established() {
    int seen = state;
    if (admitted == null || seen == STREAM || seen == ENDED) {
      return true;
    }
    if (!owner.streams().tryOpen(client)) {
      STATE.compareAndSet(this, IN_FLIGHT, NO_ROOM);
      return false;
    }
    while (seen != STREAM && seen != ENDED) {
      int found = (int) STATE.compareAndExchange(this, seen, STREAM);
      if (found == seen) {
        admitted.ignored();
        admitted.close();
        return true;
      }
      seen = found;
    }
    owner.streams().close(client); // another thread was faster to say so, or to close
    return true;
  }

  /** The work failed: an exception, an answer of 500 and above, a timeout. */
  public void failed() {
    if (admitted != null) {
      admitted.failed();
    }
  }

  /** How the work went tells nothing, as when the client went away. */
  public final void ignored() {
    if (admitted != null) {
      admitted.ignored();
    }
  }

  /** The work has ended. */
  @Override
  public void close() {
    if (admitted != null) {
      if ((int) STATE.getAndSet(this, ENDED) == STREAM) {
        admitted.ignored();
        owner.streams().close(client);
      }
      admitted.close();
      if (watched != null) {
        owner.unfinished().remove(this);
      }
    }
  }

  /** Returns the client that holds a place in flight by it; null if none does, or is limited. */
  final @Nullable String clientInFlight() {
    int seen = state;
    return seen == STREAM || seen == ENDED ? null : client;
  }

  /** Whether the work has ended; never so if it held no place. */
  public final boolean isClosed() {
    return state == ENDED;
  }
}
