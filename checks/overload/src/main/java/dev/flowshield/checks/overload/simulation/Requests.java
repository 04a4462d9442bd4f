package dev.flowshield.checks.overload.simulation;

import java.util.ArrayDeque;

/** A pool of requests, because millions of them are needed, but few at a time. */
final class Requests {

  private final ArrayDeque<Request> free = new ArrayDeque<>();

  Request take() {
    Request request = free.pollLast();
    return request == null ? new Request() : request;
  }

  /** Releases one hold of a request. */
  void release(Request request) {
    if (--request.holders == 0) {
      free.addLast(request);
    }
  }
}
