package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.Route;
import dev.flowshield.engine.overload.Outcome;
import org.jspecify.annotations.Nullable;

/** One attempt of a client, from when it is sent until the last event that is about it. */
final class Request implements Attempt {

  long hash;
  int client;
  int criticality;
  int route;

  /** Its route, if it is not of the main traffic, and where it comes from. */
  @Nullable
  Route kind;

  @Nullable
  Origin origin;

  /** What is drawn for it comes from this number, so it is the same under each protection. */
  long luck;

  /** When the client had the request, before all retries. */
  long firstSentAt;

  long sentAt;
  int retry;

  /** When the container received it, then how long it waited there. */
  long receivedAt;

  long ageNanos;
  long place;

  /** What work that shares processors has to attain, and its order among equals. */
  double endsAt;

  long order;
  boolean isAtWork;
  boolean isFailing;

  /** Its client has its answer, or the server has ended it. */
  boolean isDone;

  /** Its client waits for it no longer. */
  boolean isAbandoned;

  /** How many hold it: the server, and the event of its timeout. */
  int holders;

  @Override
  public long hash() {
    return hash;
  }

  @Override
  public int criticality() {
    return criticality;
  }

  @Override
  public long ageNanos() {
    return ageNanos;
  }

  @Override
  public int route() {
    return route;
  }

  /** How its work has ended. */
  Outcome outcome() {
    if (isFailing) {
      return Outcome.FAILED;
    }
    return kind != null && kind.isAborted() ? Outcome.IGNORED : Outcome.SUCCESS;
  }

  /** Begins another attempt of the same request. */
  void retry(Request before, long sendAt) {
    hash = before.hash;
    client = before.client;
    criticality = before.criticality;
    route = before.route;
    kind = before.kind;
    origin = before.origin;
    luck = before.luck;
    firstSentAt = before.firstSentAt;
    retry = before.retry + 1;
    send(sendAt);
  }

  /** Is sent. */
  void send(long instant) {
    sentAt = instant;
    ageNanos = 0;
    isAtWork = false;
    isFailing = false;
    isDone = false;
    isAbandoned = false;
    holders = 1;
  }
}
