package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.ServerModel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Threads before the protection, behind a queue without bound; or none of this. */
final class Container {

  private final ArrayDeque<Request> queue = new ArrayDeque<>();
  private int free;

  Container(ServerModel model) {
    free = model.containerThreads() == 0 ? Integer.MAX_VALUE : model.containerThreads();
  }

  /** Whether a thread is free for a request, which has to wait otherwise. */
  boolean take(Request request, long now) {
    request.receivedAt = now;
    if (free == 0) {
      queue.addLast(request);
      return false;
    }
    free--;
    return true;
  }

  /** A thread is free again: it takes the next request, if one waits. */
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
