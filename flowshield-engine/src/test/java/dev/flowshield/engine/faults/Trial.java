package dev.flowshield.engine.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One operation in one situation, which a fault interrupts at one place after the other, each time
 * with a new subject.
 *
 * @param situation what there is before
 * @param subject makes it
 * @param operation what is done
 */
record Trial<S extends Subject>(
    String situation, Supplier<S> subject, Operation<? super S> operation) {

  private static final int MOST_PLACES = 5_000;
  private static final int MOST_TOLD = 5;

  /**
   * What goes wrong.
   *
   * @param name what it is
   * @param arm makes it go wrong at the place of this number
   * @param isDepth whether a deeper call is what goes wrong, so that giving permits back may go
   *     wrong as well
   */
  record Fault(String name, IntConsumer arm, boolean isDepth) {

    static Fault inUse(String call, Supplier<? extends Throwable> failure) {
      return new Fault(
          call + " fails with " + failure.get().getClass().getSimpleName(),
          number -> Fuse.armUse(call, failure, number),
          false);
    }

    static Fault noMemory() {
      return new Fault("no memory", Fuse::armAllocation, false);
    }

    static Fault noStack() {
      return new Fault("no stack", Fuse::armDepth, true);
    }
  }

  /** The foreign code that the operation uses when nothing fails. */
  Set<String> foreignCalls() {
    S prepared = prepared();
    return Watch.call("an operation without a fault", () -> {
      Fuse.record();
      operation.deed().with(prepared);
      Fuse.disarm();
      return Fuse.used();
    });
  }

  /** Answers at which places the fault leaves something broken, and how. */
  List<String> broken(Fault fault) {
    List<String> broken = new ArrayList<>();
    for (int place = 1; place < MOST_PLACES; place++) {
      boolean struck;
      try {
        struck = strike(fault, place);
      } catch (AssertionError failure) {
        broken.add(fault.name() + " at place " + place + ": "
            + failure.getMessage().replaceAll("\\s+", " "));
        if (Watch.hasGivenUp(failure) || broken.size() == MOST_TOLD) {
          return broken;
        }
        struck = true;
      }
      if (!struck) {
        return broken;
      }
    }
    throw new AssertionError("an operation with fewer than " + MOST_PLACES + " places to fail");
  }

  private S prepared() {
    S made = subject.get();
    Watch.call("the preparation", () -> {
      Fuse.disarm();
      operation.prepare().with(made);
      return null;
    });
    return made;
  }

  private boolean strike(Fault fault, int place) {
    S struck = prepared();
    long[] before =
        struck.accounts().stream().mapToLong(each -> each.left().getAsLong()).toArray();
    long contained = struck.contained();
    Outcome outcome = Watch.call("the operation", () -> outcome(fault, place, struck));
    Watch.callElsewhere("what is done after it", () -> {
      assertReached(outcome, struck.contained() - contained);
      assertIntact(struck, before, outcome, fault);
      return null;
    });
    return outcome.fault != null;
  }

  /** What was thrown, and what came out of the operation. */
  private record Outcome(
      @Nullable Class<? extends Throwable> fault, @Nullable Throwable failure) {}

  private Outcome outcome(Fault fault, int place, S struck) {
    Throwable failure = null;
    fault.arm().accept(place);
    try {
      operation.deed().with(struck);
    } catch (Throwable thrown) {
      failure = thrown;
    }
    return new Outcome(Fuse.disarm(), failure);
  }

  /** The caller is told, unless the failure is one of those that are only counted. */
  private void assertReached(Outcome outcome, long counted) {
    if (outcome.failure == null && !operation.mayHide()) {
      assertThat(counted).as("failures that were counted").isEqualTo(outcome.fault == null ? 0 : 1);
    }
    if (outcome.failure != null) {
      assertThat(outcome.fault)
          .as("no failure without a fault, got %s", outcome.failure)
          .isNotNull();
      List<Throwable> causes = new ArrayList<>();
      for (Throwable cause = outcome.failure; cause != null; cause = cause.getCause()) {
        causes.add(cause);
      }
      assertThat(causes)
          .as("what the caller gets: %s", outcome.failure)
          .anyMatch(cause -> cause.getClass() == outcome.fault);
    }
  }

  private void assertIntact(S struck, long[] before, Outcome outcome, Fault fault)
      throws Exception {
    struck.endWork();
    List<Account> accounts = struck.accounts();
    long[] left = accounts.stream().mapToLong(each -> each.left().getAsLong()).toArray();
    long[] drained = accounts.stream().mapToLong(Account::drain).toArray();
    struck.refundReserved();
    for (int i = 0; i < before.length; i++) {
      Account account = accounts.get(i);
      if (outcome.failure != null) {
        long less = fault.isDepth() || !struck.isExact() ? Operation.ALL : operation.less();
        assertThat(left[i])
            .as("left of %s", account)
            .isBetween(before[i] - less, before[i] + operation.more());
      }
      if (struck.isExact() && account.isEnforced()) {
        assertThat(drained[i]).as("permits of %s that can be taken", account).isEqualTo(left[i]);
      }
      assertThat(drained[i] + account.drain())
          .as("permits of %s at one instant", account)
          .isLessThanOrEqualTo(account.burst().getAsLong());
    }
    struck.rest();
    struck.assertEverythingWorks();
  }

  @Override
  public String toString() {
    return situation + ": " + operation;
  }
}
