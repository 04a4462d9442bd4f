package dev.flowshield.checks.soak;

import dev.flowshield.checks.soak.server.ServerKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.LogManager;

/**
 * Servers that run at the same time, and rounds of traffic to all of them: few clients, then many
 * while the work waits and takes longer, then few again; and a reckoning when all is over. How much
 * is in flight is looked at all the time.
 */
final class Soak {

  private static final int FEW = 8; // clients of each server
  private static final int MANY = 128;
  private static final double SHARE_OF_FEW = 0.3; // of the requests and of the time, at the begin
  private static final double SHARE_OF_MANY = 0.6;
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private final List<Subject> subjects = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean over = new AtomicBoolean();
  private final Future<?> looking;

  private Soak(List<Subject> subjects) {
    this.subjects.addAll(subjects);
    this.looking = threads.submit(this::look);
  }

  /**
   * Starts the servers.
   *
   * @param seed from which all is drawn that clients do; when they do it, threads decide
   */
  static Soak start(List<ServerKind> servers, long seed) throws Exception {
    // Servers report each failure with its trace, and here failures are part of the traffic.
    // A level would not do, as Tomcat sets its own.
    LogManager.getLogManager().reset();
    SplittableRandom random = new SplittableRandom(seed);
    List<Subject> started = new ArrayList<>();
    for (ServerKind each : servers) {
      started.add(Subject.start(each, random.split()));
    }
    return new Soak(started);
  }

  private void look() {
    while (!over.get()) {
      subjects.forEach(Subject::look);
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /**
   * One round, which ends at what comes first.
   *
   * @param requests to each server
   * @param nanos of traffic
   * @return what it comes to, by the title of each server
   */
  Map<String, Reckoning> round(long requests, long nanos) throws Exception {
    Map<String, Future<Reckoning>> running = new LinkedHashMap<>();
    for (Subject each : subjects) {
      Callable<Reckoning> visit = () -> visit(each, requests, nanos);
      running.put(each.title(), threads.submit(visit));
    }
    Map<String, Reckoning> reckonings = new LinkedHashMap<>();
    for (Map.Entry<String, Future<Reckoning>> each : running.entrySet()) {
      reckonings.put(each.getKey(), each.getValue().get());
    }
    if (looking.isDone()) {
      looking.get(); // throws why
    }
    return reckonings;
  }

  /** How many places of each server are not free, at the very end; by its title. */
  Map<String, Integer> missing() {
    Map<String, Integer> missing = new LinkedHashMap<>();
    subjects.forEach(each -> missing.put(each.title(), each.missing()));
    return missing;
  }

  private Reckoning visit(Subject subject, long requests, long nanos) throws Exception {
    long few = (long) (requests * SHARE_OF_FEW);
    long fewNanos = (long) (nanos * SHARE_OF_FEW);
    long many = (long) (requests * SHARE_OF_MANY);
    long manyNanos = (long) (nanos * SHARE_OF_MANY);
    subject.send(new Phase(FEW, few, fewNanos), threads);
    subject.overload(new Phase(MANY, many, manyNanos), threads);
    subject.send(new Phase(FEW, requests - few - many, nanos - fewNanos - manyNanos), threads);
    return subject.reckon();
  }

  /** Stops the servers. */
  void stop() throws Exception {
    over.set(true);
    looking.get();
    for (Subject each : subjects) {
      each.stop();
    }
    threads.shutdownNow();
  }
}
