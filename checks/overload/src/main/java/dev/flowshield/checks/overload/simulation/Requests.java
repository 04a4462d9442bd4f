package dev.flowshield.checks.overload.simulation;

import java.util.ArrayDeque;

/** Requests that are used again, as millions of them are needed and few at a time. */
final class Requests {

  private final ArrayDeque<Request> free = new ArrayDeque<>();

  Request take() {
    Request request = free.pollLast();
    return request == null ? new Request() : request;
  }

  /** One of its holders is done with it. */
  void release(Request request) {
    if (--request.holders == 0) {
      free.addLast(request);
    }
  }
}
