package dev.flowshield.engine.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.Reservation;
import dev.flowshield.spi.RateLimiterEngine;
import dev.flowshield.spi.RateLimiterProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A limiter of the engine. */
final class LimiterSubject extends Subject {

  static final String KEY = "key";
  static final String KNOWN = "known";
  static final int MOST_QUEUED = 3;

  private static final Duration WAIT = Duration.ofSeconds(30);

  private static final List<Operation<LimiterSubject>> REPEATED =
      operations().stream().filter(Operation::isRepeated).toList();

  // Found once, as looking for them takes longer than all else here.
  private static final List<RateLimiterProvider> PROVIDERS =
      ServiceLoader.load(RateLimiterProvider.class, LimiterSubject.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();
  private static final RateLimiterEngine ENGINE = ServiceLoader.load(
          RateLimiterEngine.class, LimiterSubject.class.getClassLoader())
      .findFirst()
      .orElseThrow();

  /**
   * How a limiter is made.
   *
   * @param name of the limiter; {@code algorithm} for one that runs an algorithm of the test
   * @param limits what it keeps at first
   * @param others what it is changed to
   * @param maxKeys its room
   * @param key what the operations are for
   */
  record Make(String name, String limits, String others, int maxKeys, String key) {

    Make(String limits, String others, String key) {
      this("token-bucket", limits, others, 60, key);
    }

    LimiterSubject subject() {
      return new LimiterSubject(this);
    }
  }

  private final Make make;
  final String key;
  final RateLimiter limiter;
  private final long burst;
  private final long otherBurst;
  private final List<RateLimit> others;
  private final List<Account> accounts;
  private boolean changing;
  private boolean exact = true;
  private final List<CompletableFuture<Decision>> waiting = new ArrayList<>();
  private Reservation.@Nullable Held reserved;

  private LimiterSubject(Make make) {
    this.make = make;
    this.key = make.key;
    this.limiter = limiter();
    this.burst = burst(make.limits);
    this.otherBurst = burst(make.others);
    this.others = RateLimit.parseAll(make.others);
    this.accounts = Stream.of(key, "", KNOWN).distinct().map(this::account).toList();
  }

  private RateLimiter limiter() {
    LimiterSpec spec = LimiterSpec.ofAll(RateLimit.parseAll(make.limits))
        .withTicker(clock)
        .withMaxKeys(make.maxKeys)
        .withMaxQueued(MOST_QUEUED);
    if (make.name.equals("algorithm")) {
      return ENGINE.limiter(new Foreign.Bucket(100_000_000, spec.limit().burst()), spec);
    }
    return limiter(make.name, spec);
  }

  /** A limiter by its name. */
  static RateLimiter limiter(String name, LimiterSpec spec) {
    return PROVIDERS.stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow()
        .create(spec);
  }

  private static long burst(String limits) {
    return RateLimit.parseAll(limits).stream().mapToLong(RateLimit::burst).min().orElseThrow();
  }

  /** Says that not all is given back at once, or shown to the last permit. */
  LimiterSubject inexact() {
    exact = false;
    return this;
  }

  /** Lets keys take one permit each. */
  LimiterSubject taken(Stream<String> keys) {
    keys.forEach(each -> assertThat(limiter.tryAcquire(each)).isTrue());
    return this;
  }

  /** Takes as many permits without a key, in several calls. */
  LimiterSubject takenAll(long permits) {
    for (int i = 0; i < 3; i++) {
      assertThat(limiter.tryAcquire("", permits / 3)).isTrue();
    }
    return this;
  }

  /** Lets so much time pass that all is as if nothing had been taken. */
  LimiterSubject rested() {
    rest();
    return this;
  }

  @Override
  List<Account> accounts() {
    return accounts;
  }

  private Account account(String each) {
    return new Account(
        each,
        () -> changing ? Math.max(burst, otherBurst) : burst,
        () -> limiter.peek(each).remaining(),
        permits -> permits <= Math.min(burst, changing ? otherBurst : burst)
            && limiter.tryAcquire(each, permits),
        true);
  }

  @Override
  boolean isExact() {
    return exact;
  }

  @Override
  void endWork() {
    clock.passTimeByWaiting(false);
  }

  @Override
  long contained() {
    return 0;
  }

  @Override
  void refundReserved() {
    if (reserved != null) {
      reserved.cancel();
    }
  }

  @Override
  void assertEverythingWorks() throws Exception {
    long whole =
        changing && isAsNew(limiter.peek(key).remaining(), otherBurst) ? otherBurst : burst;
    for (Account account : accounts()) {
      assertWhole(account, whole);
    }
    rest();
    for (Operation<LimiterSubject> operation : REPEATED) {
      operation.prepare().with(this);
      operation.deed().with(this);
      rest();
    }
    if (canChange()) {
      limiter.changeTo(make.limits);
    }
    changing = false;
    for (Account account : accounts()) {
      limiter.reset(account.name());
      assertWhole(account, burst);
    }
    assertAllCanWait();
  }

  private void assertWhole(Account account, long whole) {
    assertThat(account.left().getAsLong())
        .as("left of %s after a rest", account)
        .matches(left -> isAsNew(left, whole), "all " + whole);
    assertThat(account.drain())
        .as("permits of %s after a rest", account)
        .matches(drained -> isAsNew(drained, whole), "all " + whole);
  }

  private boolean isAsNew(long left, long whole) {
    return left <= whole && left >= (exact ? whole : whole - whole / 64);
  }

  /** All places of the waiting queue can be taken, no more, and each that waits gets its turn. */
  private void assertAllCanWait() {
    rest();
    account(key).drain();
    List<CompletableFuture<Decision>> waiting = new ArrayList<>();
    for (int i = 0; i < MOST_QUEUED; i++) {
      CompletableFuture<Decision> one = limiter.acquireAsync(key, 1, WAIT);
      assertThat(one).as("place %s of the queue", i).isNotDone();
      waiting.add(one);
    }
    assertThat(limiter.acquireAsync(key, 1, WAIT).join().isAdmitted())
        .as("one more than there are places")
        .isFalse();
    rest();
    assertThat(waiting).allSatisfy(one -> assertThat(one.join().isAdmitted()).isTrue());
  }

  private boolean canChange() {
    return limiter.capabilities().contains(Capability.CHANGE);
  }

  private long permits() {
    return 2;
  }

  private void spend() {
    account(key).drain();
  }

  private void reserve() {
    if (limiter.reserve(key, permits()) instanceof Reservation.Held held) {
      reserved = held;
    }
  }

  private Reservation.Held reserved() {
    assertThat(reserved).isNotNull();
    return reserved;
  }

  private void change() {
    changing = true;
    if (canChange()) {
      limiter.changeTo(others);
    }
  }

  private void waitFor(long permits) {
    waiting.add(limiter.acquireAsync(key, permits, WAIT));
  }

  private void spendAndWait() {
    spend();
    waitFor(1);
    waitFor(2);
    waitFor(1);
  }

  /** Lets the time come for all that wait, and throws what went wrong with them. */
  private void passTimeOfWaiting() {
    Fuse.leaveThread(); // the time is told by another
    time.advance(WAIT);
    List<CompletableFuture<Decision>> over = List.copyOf(waiting);
    waiting.clear();
    for (CompletableFuture<Decision> each : over) {
      if (!each.isDone()) {
        throw new IllegalArgumentException("a caller that waits without end");
      }
    }
    over.stream().filter(each -> !each.isCancelled()).forEach(CompletableFuture::join);
  }

  /** What waits for permits, and what ends that. Some of it runs where no caller is told. */
  private static List<Operation<LimiterSubject>> operationsOfWaiting() {
    return List.of(
        of("acquireAsync(key) that waits", s -> {
              s.waitFor(1);
              s.passTimeOfWaiting();
            })
            .after(LimiterSubject::spend)
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("acquireAsync(key) that waits behind others", s -> {
              s.waitFor(1);
              s.passTimeOfWaiting();
            })
            .after(s -> {
              s.spend();
              s.waitFor(2);
            })
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("acquire(key) that waits", s -> s.limiter.acquire(s.key, 1, WAIT))
            .after(s -> {
              s.spend();
              s.clock.passTimeByWaiting(true);
            })
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("time passes for those that wait", LimiterSubject::passTimeOfWaiting)
            .after(LimiterSubject::spendAndWait)
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("cancel() of one that waits", s -> {
              s.waiting.get(0).cancel(false);
              s.passTimeOfWaiting();
            })
            .after(LimiterSubject::spendAndWait)
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("reset(key) while others wait", s -> s.limiter.reset(s.key))
            .after(LimiterSubject::spendAndWait)
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("changeTo(other) while others wait", LimiterSubject::change)
            .after(LimiterSubject::spendAndWait)
            .leaving(Operation.ALL, Operation.ALL)
            .hiding());
  }

  private static Operation<LimiterSubject> of(String name, Operation.Deed<LimiterSubject> deed) {
    return Operation.of(name, deed);
  }

  /** All that can be called, but for what waits. */
  static List<Operation<LimiterSubject>> operations() {
    return List.of(
        of("tryAcquire()", s -> s.limiter.tryAcquire()),
        of("tryAcquire(key)", s -> s.limiter.tryAcquire(s.key)),
        of("tryAcquire(key, 2)", s -> s.limiter.tryAcquire(s.key, 2)).repeated(),
        of("tryAcquire(key) rejected", s -> s.limiter.tryAcquire(s.key))
            .after(LimiterSubject::spend),
        of(
            "tryAcquire(key, all that is left)",
            s -> s.limiter.tryAcquire(s.key, s.limiter.peek(s.key).remaining())),
        of("decide(key)", s -> s.limiter.decide(s.key)),
        of("decide(key, 2)", s -> s.limiter.decide(s.key, 2)),
        of("decide(key) rejected", s -> s.limiter.decide(s.key))
            .after(LimiterSubject::spend)
            .repeated(),
        of(
            "decideAsync(key, 2)",
            s -> s.limiter.decideAsync(s.key, 2).toCompletableFuture().join()),
        of("acquire(key, 2)", s -> s.limiter.acquire(s.key, 2, WAIT)),
        of("acquireAsync(key, 2)", s -> s.limiter.acquireAsync(s.key, 2, WAIT).join())
            .repeated(),
        of(
                "acquireAsync(key) rejected",
                s -> s.limiter.acquireAsync(s.key, 1, Duration.ZERO).join())
            .after(LimiterSubject::spend),
        of("reserve(key, 2)", s -> s.limiter.reserve(s.key, 2)),
        of("reserve(key, 2) rejected", s -> s.limiter.reserve(s.key, 2))
            .after(LimiterSubject::spend),
        of("cancel()", s -> s.reserved().cancel())
            .after(LimiterSubject::reserve)
            .leaving(0, 2)
            .repeated(),
        of("settle(less)", s -> s.reserved().settle(1))
            .after(LimiterSubject::reserve)
            .leaving(0, 1),
        of("settle(more)", s -> s.reserved().settle(4))
            .after(LimiterSubject::reserve)
            .leaving(2, 0)
            .repeated(),
        of("peek(key)", s -> s.limiter.peek(s.key)),
        of("reset(key)", s -> s.limiter.reset(s.key))
            .after(LimiterSubject::reserve)
            .leaving(0, Operation.ALL)
            .repeated(),
        of("add(key)", s -> s.limiter.add(s.key, s.permits()))
            .after(s -> assertThat(s.limiter.tryAcquire(s.key, s.permits())).isTrue())
            .leaving(0, 2)
            .repeated(),
        of("changeTo(other)", LimiterSubject::change)
            .after(LimiterSubject::reserve)
            .leaving(Operation.ALL, Operation.ALL)
            .repeated());
  }

  /** How limiters stand before the operations. */
  static Stream<Trial<LimiterSubject>> trials() {
    return Stream.of(
            situation("one limit, no key", new Make("10/s burst 5", "10/s burst 8", ""), s -> s),
            situation(
                "a burst of a million, no key",
                new Make("1000000/s", "2000000/s", ""),
                s -> s.taken(Stream.of("", "", "")).inexact()),
            situation(
                "a burst of a million nearly spent, no key",
                new Make("1000000/s", "2000000/s", ""),
                s -> s.takenAll(999_000).inexact()),
            situation(
                "a known key",
                new Make("10/s burst 5", "10/s burst 8", KEY),
                s -> s.taken(Stream.concat(Stream.of(KEY), names(7)))),
            situation(
                "a newcomer to an empty table",
                new Make("10/s burst 5", "10/s burst 4", KEY),
                s -> s),
            situation(
                "a newcomer that makes the table grow",
                new Make("10/s burst 5", "10/s burst 8", KEY),
                s -> s.taken(names(8))),
            situation(
                "a newcomer that gets the slot of another",
                new Make("10/s burst 5", "10/s burst 8", KEY),
                s -> s.taken(names(8)).rested().inexact()),
            situation(
                "a newcomer to a full table",
                new Make("token-bucket", "10/s burst 5", "10/s burst 8", 10, KEY),
                s -> s.taken(names(60)).inexact()),
            situation(
                "a key of a table in four parts",
                new Make("token-bucket", "10/s burst 5", "10/s burst 8", 256, KEY),
                s -> s.taken(Stream.concat(names(20), Stream.of(KEY)))),
            situation(
                "several limits, no key",
                new Make("10/s burst 5, 60/min burst 8", "10/s burst 8, 60/min burst 8", ""),
                s -> s.taken(Stream.of("", KNOWN))),
            situation(
                "several limits, a burst of a million, no key",
                new Make("1000000/s, 2000000/min", "2000000/s, 3000000/min", ""),
                s -> s.taken(Stream.of("", "", "")).inexact()),
            situation(
                "several limits, a known key",
                new Make("10/s burst 5, 60/min burst 8", "10/s burst 8, 60/min burst 8", KEY),
                s -> s.taken(Stream.concat(Stream.of(KEY), names(7)))),
            situation(
                "several limits, a newcomer that makes the table grow",
                new Make("10/s burst 5, 60/min burst 8", "10/s burst 8, 60/min burst 8", KEY),
                s -> s.taken(names(8))),
            situation(
                "an algorithm of one's own, no key",
                new Make("algorithm", "10/s burst 5", "10/s burst 5", 60, ""),
                s -> s),
            situation(
                "an algorithm of one's own, a known key",
                new Make("algorithm", "10/s burst 5", "10/s burst 5", 60, KEY),
                s -> s.taken(Stream.of(KEY, KNOWN))),
            situation(
                "an algorithm of one's own, a newcomer that makes the table grow",
                new Make("algorithm", "10/s burst 5", "10/s burst 5", 60, KEY),
                s -> s.taken(names(8))),
            situation(
                "an algorithm of one's own, a newcomer to a full table",
                new Make("algorithm", "10/s burst 5", "10/s burst 5", 10, KEY),
                s -> s.taken(names(60)).inexact()),
            situation(
                "a fixed window",
                new Make("fixed-window", "5/s", "8/s", 60, KEY),
                s -> s.taken(Stream.of(KEY, KNOWN))),
            situation(
                "a sliding window",
                new Make("sliding-window", "5/s", "8/s", 60, KEY),
                s -> s.taken(Stream.of(KEY, KNOWN))),
            building(new Make("10/s burst 5, 60/min", "10/s burst 5, 60/min", "")),
            building(new Make("1000000/s", "1000000/s", "")),
            building(new Make("fixed-window", "5/s", "8/s", 60, KEY)),
            building(new Make("algorithm", "10/s burst 5", "10/s burst 5", 60, KEY)))
        .flatMap(Function.identity());
  }

  private static Stream<String> names(int count) {
    return Stream.iterate(0, i -> i < count, i -> i + 1).map(i -> i == 0 ? KNOWN : "other " + i);
  }

  private static Stream<Trial<LimiterSubject>> building(Make make) {
    return Stream.of(new Trial<>(
        "a limiter of " + make.limits + " by " + make.name,
        () -> make.subject().inexact(),
        of("of(name, spec)", LimiterSubject::limiter)));
  }

  private static Stream<Trial<LimiterSubject>> situation(
      String name, Make make, Function<LimiterSubject, LimiterSubject> prepare) {
    return Stream.concat(operations().stream(), operationsOfWaiting().stream())
        .map(operation -> new Trial<>(name, () -> prepare.apply(make.subject()), operation));
  }
}
