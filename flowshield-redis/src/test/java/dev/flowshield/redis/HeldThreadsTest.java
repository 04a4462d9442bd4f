package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.JointReservation;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.Ticker;
import dev.flowshield.redis.connection.StoreCalls;
import dev.flowshield.testkit.ManualTicker;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An operation that is held between two of its steps while another one passes by: at each reading
 * of a clock, by its own thread or by that of the connection, before its call is sent, and
 * before the reply arrives. Whatever passes, nothing waits longer than the timeout, a key gets no
 * more than its limit and what is said of outages, what it owes is charged once, and all is as
 * usual afterwards.
 */
@Tag("thorough")
class HeldThreadsTest {

  private static final Duration TIMEOUT = Duration.ofMillis(60);
  private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(15); // on a busy machine
  private static final int BURST = 40;
  private static final int INSTANCES = 2;
  private static final int OWED = 5;
  private static final int ADDED = 5;
  private static final int MOST_HELD = 2;
  private static final int MOST_OF_A_CALL = 12; // parts that it charges
  private static final int ROUNDED = 4; // parts that a change or a lease may cost
  private static final String LIMIT = "60/h burst " + BURST;
  private static final String HALF = "60/h burst " + BURST / 2;
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private static RedisProcess server;
  private static Stores stores;

  @BeforeAll
  static void start() {
    server = RedisProcess.start();
    stores = new Stores(server.uri());
  }

  @AfterAll
  static void stop() {
    stores.close();
    server.close();
  }

  /** What is held, after something else. */
  @SuppressWarnings("ImmutableEnumChecker") // functions without state
  enum Held {
    A_REQUEST(key -> {}, key -> key.request(1)),
    A_REQUEST_FOR_SEVERAL(key -> {}, key -> key.request(2)),
    A_REQUEST_OF_TWO_LIMITS(key -> {}, Key::requestTogether),
    A_REJECTION(Key::spend, key -> key.request(1)),
    A_LEASED_REQUEST(Key::lease, key -> key.request(1)),
    A_REQUEST_THAT_PAYS(Key::owe, key -> key.request(1)),
    A_REQUEST_OF_TWO_LIMITS_THAT_PAYS(Key::owe, Key::requestTogether),
    A_REQUEST_WITHOUT_THE_STORE(Key::lose, key -> key.request(1)),
    A_REQUEST_THAT_BEGINS_A_TRIAL(
        key -> {
          key.lose();
          key.find();
        },
        key -> key.request(1)),
    A_REFUND(key -> key.reserve(10), key -> key.settle(4)),
    A_CHARGE(key -> key.reserve(10), key -> key.settle(14)),
    A_RESET(Key::owe, Key::reset),
    AN_ADDITION(Key::owe, Key::add),
    A_CHANGE(Key::owe, Key::halve);

    private final Consumer<Key> before;
    private final Consumer<Key> operation;

    Held(Consumer<Key> before, Consumer<Key> operation) {
      this.before = before;
      this.operation = operation;
    }

    /** Returns whether it is under a lock at times, for which other operations of its kind wait. */
    private boolean isOfOperator() {
      return this == A_RESET || this == AN_ADDITION || this == A_CHANGE;
    }
  }

  /** What passes. */
  @SuppressWarnings("ImmutableEnumChecker") // functions without state
  enum Passing {
    A_REQUEST(key -> key.request(1)),
    A_CHANGE(Key::halve),
    A_RESET(Key::reset),
    AN_ADDITION(Key::add),
    AN_OUTAGE(Key::losePassing),
    THE_END_OF_AN_OUTAGE(key -> {
      key.find();
      key.request(1);
    }),
    THE_TIME_IN_WHICH_ALL_COMES_BACK(key -> {
      key.passTime();
      key.find();
      for (int i = 0; i < 100 && !key.store.stats().isAvailable(); i++) {
        key.other.decide("warm", 1);
      }
      key.request(1);
    }),
    THE_END_OF_THE_STORE(Key::close);

    private final Consumer<Key> operation;

    Passing(Consumer<Key> operation) {
      this.operation = operation;
    }

    private boolean isOfOperator() {
      return this == A_RESET || this == AN_ADDITION || this == A_CHANGE;
    }
  }

  /** A step of some threads, at which one of them is held. */
  private static final class Step {

    private final Predicate<Thread> whose;
    private final AtomicInteger left;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    Step(Predicate<Thread> whose, int number) {
      this.whose = whose;
      this.left = new AtomicInteger(number);
    }

    void pass() {
      if (whose.test(Thread.currentThread()) && left.decrementAndGet() == 0) {
        reached.countDown();
        try {
          released.await();
        } catch (InterruptedException interrupted) {
          throw new IllegalStateException(interrupted);
        }
      }
    }
  }

  /**
   * A key in a store of its own. What it is admitted counts in parts, of which a burst has forty:
   * a permit is one of them, and two of the limit that is half as large.
   */
  private static final class Key implements Ticker {

    private final ManualTicker time = ManualTicker.startingAt(0);
    private final HeldConnection connection =
        new HeldConnection(stores.connection().async());
    private final RedisStore store;
    private final String name = "key " + NUMBER.incrementAndGet();
    private final RateLimiter other;
    private final AtomicInteger least = new AtomicInteger(); // parts that were admitted
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger allowed = new AtomicInteger(BURST); // parts
    private volatile RateLimiter limiter;
    private volatile @Nullable Step step;
    private volatile boolean isHalved;
    private volatile boolean isClosed;
    private boolean isSpent;
    private Reservation.@Nullable Held reservation;

    Key(Duration timeout) {
      this.store = new RedisStore(
          RedisStore.at(server.uri()).timeout(timeout).instances(INSTANCES).ticker(this),
          connection,
          () -> Duration.ofDays(1).toNanos() + nanos());
      this.other = store.limiter(spec("other"));
      this.limiter = store.limiter(spec("plain"));
    }

    private LimiterSpec spec(String limit) {
      return LimiterSpec.of(LIMIT).withName(limit).withTicker(this);
    }

    @Override
    public long nanos() {
      Step held = step;
      if (held != null) {
        held.pass();
      }
      return time.nanos();
    }

    @Override
    public CompletableFuture<Void> after(long nanos) {
      return time.after(nanos);
    }

    private boolean request(long permits) {
      boolean wasHalved = isHalved;
      boolean isAdmitted = limiter.decide(name, permits).isAdmitted();
      if (isAdmitted) {
        count(permits, wasHalved);
      }
      return isAdmitted;
    }

    private void requestTogether() {
      boolean wasHalved = isHalved;
      JointReservation given = store
          .reserveAllAsync(List.of(
              new LimitStore.StoreCharge(limiter, name, 1),
              new LimitStore.StoreCharge(other, name, 1)))
          .toCompletableFuture()
          .join();
      if (given instanceof JointReservation.Held) {
        count(1, wasHalved);
      }
    }

    private void count(long permits, boolean wasHalved) {
      least.addAndGet((int) permits * (wasHalved ? 2 : 1));
      most.addAndGet((int) permits * (isHalved ? 2 : 1));
    }

    private void spend() {
      assertThat(request(BURST)).isTrue();
      isSpent = true;
    }

    private void reserve(long permits) {
      reservation = (Reservation.Held) limiter.reserve(name, permits);
      count(permits, false);
    }

    private void settle(long used) {
      Reservation.Held open = Objects.requireNonNull(reservation);
      count(used - open.permits(), false); // what is settled counts by the limit of before
      open.settle(used);
      if (!connection.isUp()) { // the settlement is lost
        allowed.addAndGet((int) Math.max(0, used - open.permits()));
      }
    }

    /** Asks as often as a lease is worth it. */
    private void lease() {
      limiter = store.limiter(spec("leased").withOption(RedisStore.LEASE, "on"));
      allowed.addAndGet(BURST / 10);
      for (int i = 0; i < 20; i++) {
        time.advance(Duration.ofMillis(1));
        request(1);
      }
    }

    /** Loses the store, and takes permits of the share. */
    private void lose() {
      request(1); // connects
      connection.up(false);
      store.calls().breakers().of("").open("test");
      for (int i = 0; i < OWED; i++) {
        assertThat(request(1)).isTrue();
      }
    }

    private void losePassing() {
      if (isSpent) { // so that the share of the instance is in addition
        allowed.addAndGet(BURST / INSTANCES);
      }
      connection.up(false);
      request(1);
    }

    private void owe() {
      lose();
      find();
      awaitAnswering();
    }

    /** The store can be reached again, which it is with the next request. */
    private void find() {
      connection.up(true);
      store.calls().breakers().tryNow();
    }

    private void awaitAnswering() {
      until(() -> {
        other.decide("warm", 1);
        return store.stats().isAvailable();
      });
    }

    private static void until(Callable<Boolean> isSo) {
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .atMost(LONGEST_WAIT)
          .until(isSo);
    }

    private void halve() {
      limiter.changeTo(HALF);
      isHalved = true;
    }

    private void reset() {
      allowed.addAndGet(BURST);
      orWithoutStore(() -> limiter.reset(name));
    }

    private void add() {
      allowed.addAndGet(ADDED * (isHalved ? 2 : 1));
      orWithoutStore(() -> limiter.add(name, ADDED));
    }

    private static void orWithoutStore(Runnable operation) {
      try {
        operation.run();
      } catch (IllegalStateException failure) {
        assertThat(failure).hasMessageStartingWith("the store must answer");
      }
    }

    /** What was admitted before comes back; what is held may have been admitted before, too. */
    private void passTime() {
      allowed.addAndGet(least.get() + MOST_HELD);
      time.advance(Duration.ofMinutes(BURST + 1));
    }

    private void close() {
      allowed.addAndGet(BURST / INSTANCES); // of which nothing is charged any more
      isClosed = true;
      store.close();
    }

    /** Takes all that is left, and checks it all. */
    private void assertAllIsRight() throws ReflectiveOperationException {
      if (!isClosed) {
        find();
        awaitAnswering();
      }
      for (int i = 0; i < 3 * BURST && request(1); i++) {}
      int failed = (int) store.stats().failed();
      assertThat(least.get())
          .as("admitted, after %d calls without a reply", failed)
          .isLessThanOrEqualTo(allowed.get() + 2 * failed); // of a key that is spent, the share
      if (!isClosed) {
        assertThat(most.get())
            .as("admitted, after %d calls without a reply", failed)
            .isGreaterThanOrEqualTo(BURST - ROUNDED - failed * MOST_OF_A_CALL);
        assertThat(store.stats().isAvailable()).isTrue();
      }
      AtomicReferenceArray<?> slots = slots();
      until(() -> {
        boolean isAnyLeft = false;
        for (int slot = 0; slot < slots.length(); slot++) {
          isAnyLeft |= slots.get(slot) != null;
        }
        return !isAnyLeft;
      });
    }

    /** Returns the places of the calls that wait. */
    private AtomicReferenceArray<?> slots() throws ReflectiveOperationException {
      Field pending = StoreCalls.class.getDeclaredField("pending");
      pending.setAccessible(true);
      Object calls = pending.get(store.calls());
      Field slots = calls.getClass().getDeclaredField("slots");
      slots.setAccessible(true);
      return (AtomicReferenceArray<?>) slots.get(calls);
    }
  }

  private static CompletableFuture<Void> begin(String name, Runnable operation) {
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread thread = new Thread(
        () -> {
          try {
            operation.run();
            end.complete(null);
          } catch (Throwable failure) {
            end.completeExceptionally(failure);
          }
        },
        name);
    thread.setDaemon(true);
    thread.start();
    return end;
  }

  /** Waits until the latch is reached; returns false if the operation ends before. */
  private static boolean isReached(CountDownLatch latch, CompletableFuture<Void> operation)
      throws InterruptedException {
    long until = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (!latch.await(1, MILLISECONDS)) {
      if (operation.isDone()) {
        return latch.getCount() == 0;
      }
      assertThat(until - System.nanoTime()).isPositive();
    }
    return true;
  }

  private static void end(String what, CompletableFuture<Void> operation)
      throws InterruptedException, ExecutionException {
    try {
      operation.get(LONGEST_WAIT.toMillis(), MILLISECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError(what + " has not ended", late);
    }
  }

  /** Gives an operation some time to pass, for it may wait for the one that is held. */
  private static void passOrWait(CompletableFuture<Void> operation)
      throws InterruptedException, ExecutionException {
    try {
      operation.get(TIMEOUT.toMillis() / 12, MILLISECONDS);
    } catch (TimeoutException waits) {
      // until the other one goes on
    }
  }

  /** Holds an operation at a step while another one passes. Returns whether it has that step. */
  private static boolean isHeldAt(
      Held held, Passing passing, Predicate<Thread> whose, int number, List<String> faults) {
    Key key = new Key(TIMEOUT);
    String what = held + " at step " + number + " while passes " + passing;
    Step step = new Step(whose, number);
    try {
      held.before.accept(key);
      key.step = step;
      CompletableFuture<Void> first = begin("held", () -> held.operation.accept(key));
      boolean isHeld = isReached(step.reached, first);
      if (isHeld) {
        CompletableFuture<Void> second = begin("passing", () -> passing.operation.accept(key));
        if (!held.isOfOperator() && !passing.isOfOperator()) {
          end("what passes", second);
        }
        passOrWait(second);
        step.released.countDown();
        end("what passes", second);
      }
      step.released.countDown();
      end("what was held", first);
      key.step = null;
      if (isHeld) {
        key.assertAllIsRight();
      }
      return isHeld;
    } catch (Throwable failure) {
      faults.add(what + ": " + failure);
      return number < 30;
    } finally {
      step.released.countDown();
      key.store.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void isHarmlessAtEachReadingOfAClock(Held held) {
    List<String> faults = new ArrayList<>();
    int steps = 0;
    for (Passing passing : Passing.values()) {
      for (int number = 1;
          isHeldAt(held, passing, thread -> thread.getName().equals("held"), number, faults);
          number++) {
        steps++;
      }
      for (int number = 1;
          isHeldAt(held, passing, thread -> thread.getName().startsWith("lettuce"), number, faults);
          number++) {
        steps++;
      }
    }
    assertThat(faults).isEmpty();
    assertThat(steps).isGreaterThanOrEqualTo(Passing.values().length);
  }

  @Test
  void aRejectionThatWasUnderWayDuringARefundIsForgotten() throws Exception {
    Key key = new Key(LONGEST_TIMEOUT);
    try {
      key.reserve(BURST);
      key.connection.replies().hold();
      CompletableFuture<Void> first =
          begin("held", () -> assertThat(key.request(1)).isFalse());
      assertThat(isReached(key.connection.replies().reached(), first)).isTrue();
      key.settle(BURST - 1);
      key.connection.replies().release();
      end("what was held", first);

      Key.until(() -> key.request(1)); // though the ticker stands still
    } finally {
      key.store.close();
    }
  }

  /** Holds what an operation sends or gets while another one passes, or until its time is over. */
  private static void holdUnderWay(
      Held held, @Nullable Passing passing, boolean isReply, List<String> faults) {
    Key key = new Key(TIMEOUT);
    HeldConnection.Direction direction =
        isReply ? key.connection.replies() : key.connection.requests();
    try {
      held.before.accept(key);
      direction.hold();
      CompletableFuture<Void> first = begin("held", () -> held.operation.accept(key));
      if (isReached(direction.reached(), first)) {
        if (passing == null) {
          end("what was held", first);
        } else {
          CompletableFuture<Void> second = begin("passing", () -> passing.operation.accept(key));
          passOrWait(second);
          direction.release();
          end("what passes", second);
        }
      }
      direction.release();
      end("what was held", first);
      key.assertAllIsRight();
    } catch (Throwable failure) {
      faults.add(
          (isReply ? "the reply to " : "") + held + " while passes " + passing + ": " + failure);
    } finally {
      direction.release();
      key.store.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void isHarmlessWhileItsQuestionOrItsReplyIsUnderWay(Held held) {
    List<String> faults = new ArrayList<>();
    for (boolean isReply : new boolean[] {false, true}) {
      for (Passing passing : Passing.values()) {
        holdUnderWay(held, passing, isReply, faults);
      }
      holdUnderWay(held, null, isReply, faults);
    }
    assertThat(faults).isEmpty();
  }
}
