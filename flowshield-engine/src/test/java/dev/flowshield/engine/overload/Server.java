package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.MILLI;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;

/**
 * A server by hand, of which sums are kept as a gate does: so many pieces of work run at a time,
 * each as long as it takes, and others wait for them in a queue.
 */
final class Server {

  private static final long STEP_NANOS = MILLI / 10;
  private static final int USUAL_MILLIS = 1_000;

  final WindowCounters sums = new WindowCounters(1);
  final RouteLatencies routes = new RouteLatencies();
  final long[] takes = new long[RouteLatencies.COUNT]; // nanoseconds, by route
  final int atATime;
  long now = Long.MAX_VALUE - 2 * Windows.SECOND; // the clock wraps around meanwhile
  int inFlight;
  int cap = Integer.MAX_VALUE;
  double latency; // usual, in ticks

  private final PriorityQueue<Work> running =
      new PriorityQueue<>((one, other) -> Long.signum(one.end - other.end));
  private final Deque<Work> waiting = new ArrayDeque<>();
  private double due;

  private record Work(int route, long begun, int inFlight, long end) {}

  /** A server that is known: so many come in a millisecond, each of which takes as long. */
  Server(int atATime, long takesMillis, double usualPerMilli) {
    this.atATime = atATime;
    takes[0] = takesMillis * MILLI;
    serve(usualPerMilli, USUAL_MILLIS, () -> {});
    latency = routes.begin(sums);
  }

  static Server unlimited(long takesMillis, double usualPerMilli) {
    return new Server(Integer.MAX_VALUE, takesMillis, usualPerMilli);
  }

  /** One that ends a piece of work in a millisecond at most, of which each takes eight. */
  static Server fifo() {
    return new Server(8, 8, 0.5);
  }

  /** So many requests of the first route come each millisecond, after each of which one looks. */
  void serve(double perMilli, int millis, Runnable look) {
    for (int i = 0; i < millis; i++) {
      for (int step = 0; step < 10; step++) {
        now += STEP_NANOS;
        due += perMilli / 10;
        end();
        while (due >= 1) {
          due--;
          come(0);
        }
      }
      look.run();
    }
  }

  /** A request of a route comes. */
  void come(int route) {
    if (inFlight >= cap) {
      sums.rejected(3);
      return;
    }
    inFlight++;
    sums.admitted(3, routes.weight(route) != 0, inFlight);
    waiting.add(new Work(route, now, inFlight, 0));
    begin();
  }

  private void begin() {
    while (running.size() < atATime && !waiting.isEmpty()) {
      Work next = waiting.remove();
      running.add(new Work(next.route, next.begun, next.inFlight, now + takes[next.route]));
    }
  }

  private void end() {
    while (!running.isEmpty() && running.peek().end - now <= 0) {
      Work ended = running.remove();
      long ticks = (now - ended.begun) / Window.NANOS_PER_TICK;
      sums.ended(ended.route, ticks, routes, ended.inFlight);
      inFlight--;
      begin();
    }
  }

  /** In a tick, of so many in a millisecond. */
  static double perTick(double perMilli) {
    return perMilli * Window.NANOS_PER_TICK / MILLI;
  }
}
