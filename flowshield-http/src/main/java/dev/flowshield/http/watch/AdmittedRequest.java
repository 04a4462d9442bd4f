package dev.flowshield.http.watch;

import dev.flowshield.engine.Admitted;
import dev.flowshield.http.binding.Progress;
import dev.flowshield.http.binding.WatchedWork;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.stream.OpenStreams;
import dev.flowshield.http.stream.OpenStreams.Room;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An admitted request that holds a slot in flight, or is counted as an open stream. */
public class AdmittedRequest implements HttpAdmitted, CompletionWatcher.Watched {
  /*
   * State: IN_FLIGHT with a slot; NO_ROOM and CUT_OFF too, established as a stream for which there
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
      STATE = MethodHandles.lookup().findVarHandle(AdmittedRequest.class, "state", int.class);
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
   * The common part of the admitted requests of one shield.
   *
   * @param shield identifies the shield; its text describes it
   * @param watcher polls requests whose server does not report every end
   * @param streams counts open streams
   * @param onRejection is called for each stream that is cut off
   */
  public record Owner(
      Object shield, CompletionWatcher watcher, OpenStreams streams, Runnable onRejection) {}

  private static final int SERVER_ERROR = 500;
  private static final int PATIENCE_SECONDS = 5;
  private static final int PATIENCE_LOOKS = PATIENCE_SECONDS * CompletionWatcher.LOOKS_PER_SECOND;

  // No work goes on that needs the slot. A client that has lost its streams connects again at once,
  // and must not find the old ones still counted.
  private static final int PATIENCE_LOOKS_OF_STREAM = 1;

  // One more, so that the earlier streams of a client that connects again have ended by then.
  private static final int LOOKS_FOR_ROOM = PATIENCE_LOOKS_OF_STREAM + 1;

  private final Admitted admitted;
  private final Owner owner;
  private final @Nullable String client;

  private volatile @Nullable WatchedWork watched;
  private volatile int state; // IN_FLIGHT
  private int looks; // of patience, or for room; confined to the task of the watcher

  /**
   * Creates a request in flight.
   *
   * @param admitted its slot
   * @param client the key that counts its stream; null if the client is not limited
   */
  public AdmittedRequest(Admitted admitted, Owner owner, @Nullable String client) {
    this.admitted = admitted;
    this.owner = owner;
    this.client = client;
  }

  /** Returns the shield that has admitted the request. */
  public final Object shield() {
    return owner.shield();
  }

  @Override
  public final void watch(WatchedWork work) {
    if (isClosed()) {
      return;
    }
    watched = work;
    owner.watcher().add(this);
    if (isClosed()) { // meanwhile, and therefore perhaps before it was added
      owner.watcher().remove(this);
    }
  }

  @Override
  public final void look() {
    WatchedWork work = watched;
    if (work == null) {
      return;
    }
    Progress progress = work.progress();
    if (progress == Progress.ENDED) {
      close();
    } else if (progress == Progress.ESTABLISHED) {
      if (!markAsStream()) {
        lookForRoom(work);
      }
    } else if (progress == Progress.GOING_ON) {
      if (state == NO_ROOM) { // there may be room by now
        markAsStream();
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
      owner.onRejection().run();
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

  @Override
  public List<ShieldResponse.Header> headers() {
    return List.of();
  }

  @Override
  public void responded(int status) {
    if (status >= SERVER_ERROR) {
      failed();
    }
  }

  @Override
  public void reportCost(long permits) {
    requireCost(permits);
  }

  /** Throws if a cost is negative. */
  static void requireCost(long permits) {
    if (permits < 0) {
      throw new IllegalArgumentException(
          "permits must be 0 or more, got " + permits + ": say what the request has cost");
    }
  }

  @Override
  public final boolean markAsStream() {
    int seen = state;
    if (seen == STREAM || seen == ENDED) {
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
    owner.streams().close(client); // another thread established or closed it first
    return true;
  }

  @Override
  public void failed() {
    admitted.failed();
  }

  @Override
  public final void ignored() {
    admitted.ignored();
  }

  @Override
  public void close() {
    if ((int) STATE.getAndSet(this, ENDED) == STREAM) {
      admitted.ignored();
      owner.streams().close(client);
    }
    admitted.close();
    if (watched != null) {
      owner.watcher().remove(this);
    }
  }

  @Override
  public final @Nullable String clientInFlight() {
    int seen = state;
    return seen == STREAM || seen == ENDED ? null : client;
  }

  @Override
  public final boolean isClosed() {
    return state == ENDED;
  }
}
