package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.Route;
import dev.flowshield.engine.overload.Outcome;
import org.jspecify.annotations.Nullable;

/** One attempt of a client, from its sending to the last event about it. */
final class Request implements Attempt {

  long hash;
  int client;
  int criticality;
  int route;

  /** The route, if it is not of the main traffic, and the origin. */
  @Nullable
  Route kind;

  @Nullable
  Origin origin;

  /**
   * The source of all numbers drawn for this request, so that they are the same under each
   * protection.
   */
  long luck;

  /** The time at which the client had the request, before all retries. */
  long firstSentAt;

  long sentAt;
  int retry;

  /** The time at which the container received it, and then the time that it waited there. */
  long receivedAt;

  long ageNanos;
  long place;

  /** The value that work on shared processors must attain, and its order among equals. */
  double endsAt;

  long order;
  boolean isAtWork;
  boolean isFailing;

  /** True if its client has its response, or if the server has ended it. */
  boolean isDone;

  /** True if its client no longer waits for it. */
  boolean isAbandoned;

  /** The number of its holders: the server, and the event of its timeout. */
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

  /** Returns the outcome of its work. */
  Outcome outcome() {
    if (isFailing) {
      return Outcome.FAILED;
    }
    return kind != null && kind.isAborted() ? Outcome.IGNORED : Outcome.SUCCESS;
  }

  /** Starts another attempt of the same request. */
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

  /** Records its sending. */
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
