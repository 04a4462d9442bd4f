package dev.flowshield.checks.soak;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the clients of one server have seen since the start. Thread-safe. */
final class Tally {

  private static final int FAULTS_KEPT = 20;

  private final LongAdder sent = new LongAdder();
  private final LongAdder left = new LongAdder();
  private final LongAdder shed = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private final AtomicInteger faultsKept = new AtomicInteger();

  /** A request is about to be sent. */
  void send() {
    sent.increment();
  }

  /** A client went away without the whole answer; whether it had one, it does not know. */
  void leave() {
    left.increment();
  }

  /** The shield has rejected. */
  void shed() {
    shed.increment();
  }

  /** The application, or its server, has answered 500 or above. */
  void failure() {
    failures.increment();
  }

  /** What should not have been. */
  void fault(String what) {
    if (faultsKept.getAndIncrement() < FAULTS_KEPT) {
      faults.add(what);
    }
  }

  /** What was seen. */
  Reckoning.Clients sum() {
    return new Reckoning.Clients(
        sent.sum(), left.sum(), shed.sum(), failures.sum(), faults.stream().toList());
  }
}
