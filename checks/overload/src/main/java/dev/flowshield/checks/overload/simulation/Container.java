package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.ServerModel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Threads before the protection, behind an unbounded queue; or no container. */
final class Container {

  private final ArrayDeque<Request> queue = new ArrayDeque<>();
  private int free;

  Container(ServerModel model) {
    free = model.containerThreads() == 0 ? Integer.MAX_VALUE : model.containerThreads();
  }

  /** Returns whether a thread is free for a request, which is queued otherwise. */
  boolean take(Request request, long now) {
    request.receivedAt = now;
    if (free == 0) {
      queue.addLast(request);
      return false;
    }
    free--;
    return true;
  }

  /** Frees a thread. Returns the next request that takes it, if one waits. */
  @Nullable
  Request next(long now) {
    Request request = queue.pollFirst();
    if (request == null) {
      free++;
    } else {
      request.ageNanos = now - request.receivedAt;
    }
    return request;
  }
}
