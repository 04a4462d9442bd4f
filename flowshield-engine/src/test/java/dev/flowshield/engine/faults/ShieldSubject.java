package dev.flowshield.engine.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.Penalty;
import dev.flowshield.engine.Rejection;
import dev.flowshield.engine.Request;
import dev.flowshield.engine.Shed;
import dev.flowshield.engine.Work;
import dev.flowshield.testkit.ManualTicker;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A shield, whose slots in flight and permits must all come back. */
final class ShieldSubject extends Subject {

  private static final String KEY = "key";
  private static final String OTHER = "other";
  private static final int CAP = 3;
  private static final Duration WAIT = Duration.ofMinutes(2);
  private static final int MOST_COLLECTIONS = 100;

  private static boolean detectsLeaks;

  /**
   * How a shield is made.
   *
   * @param settings what is set on its builder, beside the ticker and the cap
   * @param foreign makes the limiter that keeps the limit {@code key}, if it is not the engine's
   */
  record Make(
      UnaryOperator<FlowShieldBuilder> settings,
      Function<ManualTicker, @Nullable RateLimiter> foreign) {

    Make(UnaryOperator<FlowShieldBuilder> settings) {
      this(settings, time -> null);
    }
  }

  private final Make make;
  private final @Nullable RateLimiter foreign;
  private final Foreign.Listener listener = new Foreign.Listener();
  private final Foreign.Tasks tasks = new Foreign.Tasks();
  private final FlowShield shield;
  private final List<Limit> original;
  private final Limit[] twice;
  private final List<Account> accounts;
  private final List<Operation<ShieldSubject>> repeated;
  private final List<Admitted> open = new ArrayList<>();
  private final List<CompletableFuture<Admission>> waiting = new ArrayList<>();
  private @Nullable Admitted reserved;
  private boolean changing;
  private boolean exact = true;

  ShieldSubject(Make make) {
    this.make = make;
    this.foreign = make.foreign.apply(time);
    this.shield = build();
    this.original = shield.limits();
    this.twice = changeable().map(ShieldSubject::twice).toArray(Limit[]::new);
    this.accounts = original.stream()
        .flatMap(limit -> limit.scope() == Scope.EACH
            ? Stream.of(account(limit, KEY), account(limit, OTHER))
            : Stream.of(account(limit, "")))
        .toList();
    this.repeated = operations(this).stream().filter(Operation::isRepeated).toList();
  }

  private FlowShield build() {
    FlowShieldBuilder builder = FlowShield.builder().ticker(clock).inFlight(CAP);
    if (foreign != null) {
      builder.limit(Limit.each(Limit.KEY, "10/s burst 5").withLimiter(foreign));
    }
    if (detectsLeaks) {
      builder.detectLeaks();
    }
    FlowShield built = make.settings.apply(builder.onRejection(listener, tasks)).build();
    if (built.isInFlightAuto()) {
      built.changeInFlight(CAP);
    }
    return built;
  }

  /** Lets the shields that are made from now on find what was not released. */
  static void detectLeaks() {
    detectsLeaks = true;
  }

  /** Lets so much work be done that the next one ends a window, after a pause. */
  ShieldSubject worked() {
    for (int i = 0; i < 40; i++) {
      time.advance(Duration.ofMillis(1));
      Admitted admitted = (Admitted) shield.admit(OTHER);
      time.advance(Duration.ofMillis(2));
      admitted.close();
    }
    time.advance(Duration.ofMillis(100));
    return this;
  }

  private static long burst(Limit limit) {
    return limit.limits().stream().mapToLong(RateLimit::burst).min().orElseThrow();
  }

  /** Says that not all is given back at once, or shown to the last permit. */
  ShieldSubject inexact() {
    exact = false;
    return this;
  }

  /** Lets tasks of the shield wait until an operation runs them. */
  ShieldSubject queueing() {
    tasks.queue();
    return this;
  }

  /** Lets keys take one permit each. */
  ShieldSubject taken(Stream<String> keys) {
    keys.forEach(each -> ((Admitted) shield.admit(each)).close());
    return this;
  }

  @Override
  List<Account> accounts() {
    return accounts;
  }

  private Account account(Limit limit, String key) {
    String name = limit.name();
    return new Account(
        name + " '" + key + "'",
        () -> changing ? 2 * burst(original(name)) : burst(original(name)),
        () -> left(name, key),
        permits -> permits <= burst(limit) && closed(shield.admit(Charge.of(name, key, permits))),
        !limit.isShadow());
  }

  private Limit original(String name) {
    return original.stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private long left(String name, String key) {
    return foreign != null && name.equals(Limit.KEY)
        ? ((Foreign.Limiter) foreign).delegate().peek(key).remaining()
        : shield.peek(name, key).remaining();
  }

  private boolean closed(Admission admission) {
    if (admission instanceof Admitted admitted) {
      admitted.close();
      return true;
    }
    return false;
  }

  @Override
  boolean isExact() {
    return exact;
  }

  @Override
  void endWork() {
    tasks.runAll();
    waiting.forEach(each -> each.cancel(false));
    openAdmitted();
    waiting.clear();
    assertThat(shield.stats().waiting()).as("waiting").isZero();
    shield.pardonAll();
    assertThat(shield.stats().inFlight()).as("in flight").isLessThanOrEqualTo(open.size());
    open.forEach(Admitted::close);
    open.clear();
    for (int i = 0; detectsLeaks && shield.stats().inFlight() > 0 && i < MOST_COLLECTIONS; i++) {
      System.gc();
    }
    assertThat(shield.stats().inFlight()).as("in flight once all is closed").isZero();
  }

  @Override
  long contained() {
    return shield.stats().listenerFailures();
  }

  @Override
  void refundReserved() {
    if (reserved != null) {
      reserved.settle(0);
    }
  }

  @Override
  void assertEverythingWorks() throws Exception {
    assertWhole();
    rest();
    for (Operation<ShieldSubject> operation : repeated) {
      operation.prepare().with(this);
      operation.deed().with(this);
      endWork();
      rest();
    }
    assertTold();
    shield.change(changeable().toArray(Limit[]::new));
    shield.changeInFlight(CAP);
    changing = false;
    rest();
    assertWhole();
    rest();
    assertAllSlotsAreFree();
  }

  private void assertAllSlotsAreFree() {
    List<Admitted> all = new ArrayList<>();
    for (int i = 0; i < CAP; i++) {
      Admission admission = ask("key " + i);
      assertThat(admission).as("slot %s in flight", i).isInstanceOf(Admitted.class);
      all.add((Admitted) admission);
    }
    assertThat(ask("key more")).as("one more than there are slots").isInstanceOf(Shed.class);
    all.forEach(Admitted::close);
    assertThat(shield.stats().inFlight()).as("in flight").isZero();
  }

  private Admission later() {
    try {
      return shield.admitAsync(Request.of(KEY)).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof Error error) {
        throw error;
      }
      if (failed.getCause() instanceof RuntimeException exception) {
        throw exception;
      }
      throw failed;
    }
  }

  private void await() {
    waiting.add(shield.admitAsync(Request.of(KEY), WAIT));
  }

  private void spendAndAwait() {
    spend();
    await();
    await();
  }

  /** Ends all work and lets the time come for all that wait; throws what went wrong with them. */
  private void passTimeOfWaiting() {
    Fuse.leaveThread(); // another thread closes, and tells the time
    for (int i = 0; i < CAP; i++) {
      open.forEach(Admitted::close);
      open.clear();
      time.advance(WAIT.dividedBy(CAP));
      openAdmitted();
    }
    List<CompletableFuture<Admission>> over = List.copyOf(waiting);
    waiting.clear();
    for (CompletableFuture<Admission> each : over) {
      if (!each.isDone()) {
        throw new IllegalArgumentException("a request that waits without end");
      }
    }
    over.stream().filter(each -> !each.isCancelled()).forEach(CompletableFuture::join);
  }

  /** The admitted ones of those that waited are work in flight. */
  private void openAdmitted() {
    waiting.removeIf(each -> {
      boolean known = each.isDone() && !each.isCompletedExceptionally();
      if (known) {
        opened(each.join());
      }
      return known;
    });
  }

  /** What waits, and what ends that. Some of it runs where no caller is told. */
  private static List<Operation<ShieldSubject>> operationsOfWaiting() {
    return List.of(
        of("admitAsync(request, wait)", s -> {
              s.await();
              s.passTimeOfWaiting();
            })
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("admitAsync(request, wait) that waits", s -> {
              s.await();
              s.passTimeOfWaiting();
            })
            .after(ShieldSubject::spend)
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("admitAsync(request, wait) without a slot", s -> {
              s.await();
              s.passTimeOfWaiting();
            })
            .after(ShieldSubject::fill)
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("close() while others wait for the slot", s -> {
              s.only().close();
              s.passTimeOfWaiting();
            })
            .after(s -> {
              s.fill();
              s.await();
              s.await();
            })
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("time passes for those that wait", ShieldSubject::passTimeOfWaiting)
            .after(ShieldSubject::spendAndAwait)
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("cancel() of one that waits", s -> {
              s.waiting.get(0).cancel(false);
              s.passTimeOfWaiting();
            })
            .after(ShieldSubject::spendAndAwait)
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("reset(limit, key) while others wait", ShieldSubject::reset)
            .after(ShieldSubject::spendAndAwait)
            .leaving(Operation.ALL, Operation.ALL)
            .hiding(),
        of("change(limits) while others wait", ShieldSubject::change)
            .after(ShieldSubject::spendAndAwait)
            .leaving(Operation.ALL, Operation.ALL)
            .hiding());
  }

  private Admission ask(String key) {
    List<Limit> limits = shield.limits();
    return limits.isEmpty()
        ? shield.admit(key)
        : shield.admit(limits.stream()
            .map(limit -> Charge.of(limit.name(), limit.scope() == Scope.EACH ? key : ""))
            .toArray(Charge[]::new));
  }

  /** Each kind of rejection is told again, as the slots for them are free. */
  private void assertTold() {
    int before = listener.events();
    long failed = shield.stats().listenerFailures();
    Admitted[] all = new Admitted[CAP];
    for (int i = 0; i < CAP; i++) {
      all[i] = (Admitted) ask("key " + i);
    }
    ask("key more");
    tasks.runAll();
    assertThat(listener.events()).as("events told").isEqualTo(before + 1);
    assertThat(shield.stats().listenerFailures()).as("failures").isEqualTo(failed);
    for (Admitted each : all) {
      each.close();
    }
  }

  private void assertWhole() {
    for (Account account : accounts()) {
      long whole = account.burst().getAsLong();
      assertThat(account.left().getAsLong())
          .as("left of %s after a rest", account)
          .matches(left -> isAsNew(left, whole), "all " + whole);
      if (account.isEnforced()) {
        assertThat(account.drain())
            .as("permits of %s after a rest", account)
            .matches(drained -> isAsNew(drained, whole), "all " + whole);
      }
    }
  }

  /** All of the burst; or, where it may have been changed, of the other one. */
  private boolean isAsNew(long left, long whole) {
    long least = exact ? whole : whole - whole / 64;
    return (left <= whole && left >= least) || (changing && left <= whole / 2 && left >= least / 2);
  }

  /** The limits that can be changed, as they were at first. */
  private Stream<Limit> changeable() {
    return original.stream()
        .filter(limit -> isOwn(limit) || foreign.capabilities().contains(Capability.CHANGE));
  }

  /** Whether the engine keeps it. */
  private boolean isOwn(Limit limit) {
    return foreign == null || !limit.name().equals(Limit.KEY);
  }

  private boolean can(Capability capability) {
    return foreign == null || foreign.capabilities().contains(capability);
  }

  private Admission opened(Admission admission) {
    if (admission instanceof Admitted admitted) {
      open.add(admitted);
    }
    return admission;
  }

  private Admitted only() {
    return open.get(open.size() - 1);
  }

  private Charge[] charges(long permits) {
    return shield.limits().stream()
        .map(limit -> Charge.of(limit.name(), limit.scope() == Scope.EACH ? KEY : "", permits))
        .toArray(Charge[]::new);
  }

  private void reserve() {
    Admission admission = opened(shield.admit(Request.of(charges(2)).reserved()));
    if (admission instanceof Admitted admitted) {
      reserved = admitted;
    }
  }

  private Admitted reserved() {
    assertThat(reserved).isNotNull();
    return reserved;
  }

  private void spend() {
    accounts().forEach(Account::drain);
  }

  private void fill() {
    for (int i = 0; i < CAP; i++) {
      opened(ask("key " + i));
    }
  }

  private void change() {
    changing = true;
    shield.change(twice);
  }

  private void changeByName() {
    changing = true;
    shield.change(changeable()
        .map(ShieldSubject::twice)
        .collect(Collectors.toMap(
            Limit::name,
            limit -> limit.limits().stream()
                .map(RateLimit::toString)
                .collect(Collectors.joining(", ")))));
  }

  private static Limit twice(Limit limit) {
    return limit.withLimits(
        limit.limits().stream().map(each -> each.withBurst(2 * each.burst())).toList());
  }

  private void call(Work<String, IOException> work) throws IOException {
    try {
      shield.call(KEY, work, Rejection::toString);
    } catch (FileNotFoundException expected) { // of the work
      assertThat(expected).hasMessage("work");
    }
  }

  private static String work() {
    Fuse.use("work.run");
    return "done";
  }

  private void lookAtEverything() {
    shield.limits();
    shield.stats();
    shield.topRejected(10);
    shield.penalties();
    if (!original.isEmpty() && can(Capability.PEEK)) {
      shield.limitStatus(Request.of(charges(1)));
      original.forEach(limit -> shield.peek(limit.name(), limit.scope() == Scope.EACH ? KEY : ""));
    }
  }

  private void pardon(String key) {
    original.stream()
        .filter(limit -> limit.penalty().isPresent())
        .forEach(limit -> shield.pardon(limit.name(), key));
  }

  private void reset() {
    original.stream()
        .filter(limit -> isOwn(limit) || can(Capability.RESET))
        .forEach(limit -> shield.reset(limit.name(), limit.scope() == Scope.EACH ? KEY : ""));
  }

  private static Operation<ShieldSubject> of(String name, Operation.Deed<ShieldSubject> deed) {
    return Operation.of(name, deed);
  }

  /** All that can be called on this one. */
  private static List<Operation<ShieldSubject>> operations(ShieldSubject sample) {
    List<Operation<ShieldSubject>> all = new ArrayList<>(List.of(
        of("lookAtEverything", ShieldSubject::lookAtEverything),
        of("close()", s -> s.only().close()).after(s -> s.opened(s.ask(KEY))),
        of("failed() and close()", s -> {
              s.only().failed();
              s.only().close();
            })
            .after(s -> s.opened(s.ask(KEY))),
        of("ignored() and close()", s -> {
              s.only().ignored();
              s.only().close();
            })
            .after(s -> s.opened(s.ask(KEY))),
        of("changeInFlight(n)", s -> s.shield.changeInFlight(CAP)),
        of("change(limits)", ShieldSubject::change)
            .leaving(Operation.ALL, Operation.ALL)
            .repeated(),
        of("reset(limit, key)", ShieldSubject::reset).leaving(0, Operation.ALL).repeated(),
        of("pardon(key)", s -> s.pardon(KEY)),
        of("pardon(offender)", s -> s.shield.penalties().forEach(s.shield::pardon)),
        of("pardonAll()", s -> s.shield.pardonAll())));
    if (!sample.original.isEmpty()) {
      all.add(of("admit(charges)", s -> s.opened(s.shield.admit(s.charges(2)))));
      all.add(of("admit(charges) shed", s -> s.opened(s.shield.admit(s.charges(1))))
          .after(ShieldSubject::fill));
      all.add(of("admit(charges) over limit", s -> s.opened(s.shield.admit(s.charges(1))))
          .after(ShieldSubject::spend));
      if (sample.can(Capability.RESERVE)) {
        all.add(of(
            "reserve(charges)",
            s -> s.opened(s.shield.admit(Request.of(s.charges(2)).reserved()))));
        all.add(of(
                "reserve(charges) over limit",
                s -> s.opened(s.shield.admit(Request.of(s.charges(2)).reserved())))
            .after(ShieldSubject::spend));
        all.add(of("settle(0)", s -> s.reserved().settle(0))
            .after(ShieldSubject::reserve)
            .leaving(0, 2)
            .repeated());
        all.add(of("settle(more)", s -> s.reserved().settle(4))
            .after(ShieldSubject::reserve)
            .leaving(2, 0)
            .repeated());
        all.add(of("settle(charges)", s -> s.reserved().settle(s.charges(1)))
            .after(ShieldSubject::reserve)
            .leaving(0, 1));
      }
    }
    if (sample.original.isEmpty()
        || sample.original.stream()
            .anyMatch(limit -> Set.of(Limit.EVERYONE, Limit.KEY).contains(limit.name()))) {
      all.add(of("admit()", s -> s.opened(s.shield.admit())));
      all.add(of("admit(key)", s -> s.opened(s.shield.admit(KEY))));
      all.add(of("admit(key, 2)", s -> s.opened(s.shield.admit(KEY, 2))));
      all.add(of("admit(key) shed", s -> s.opened(s.shield.admit(KEY))).after(ShieldSubject::fill));
      all.add(of("admit(key) over limit", s -> s.opened(s.shield.admit(KEY)))
          .after(ShieldSubject::spend));
      all.addAll(operationsOfWaiting());
      all.add(of("admitAsync(request)", s -> s.opened(s.later())));
      all.add(of("admitAsync(request) shed", s -> s.opened(s.later())).after(ShieldSubject::fill));
      all.add(of("admitAsync(request) over limit", s -> s.opened(s.later()))
          .after(ShieldSubject::spend));
      all.add(of("admit(key) over limit again", s -> s.opened(s.shield.admit(KEY)))
          .after(s -> {
            s.spend();
            s.opened(s.shield.admit(KEY));
          })
          .repeated());
      all.add(
          of("call(key, work)", s -> s.call(ShieldSubject::work)).leaving(1, 0).repeated());
      all.add(of(
              "call(key, work that fails)",
              s -> s.call(() -> {
                throw new FileNotFoundException("work");
              }))
          .leaving(1, 0));
      all.add(
          of("call(key, work) shed", s -> s.call(ShieldSubject::work)).after(ShieldSubject::fill));
      if (sample.can(Capability.RESERVE)) {
        all.add(of(
            "reserve(key, 2)", s -> s.opened(s.shield.admit(Request.of(KEY, 2).reserved()))));
      }
      if (sample.can(Capability.PEEK)) {
        all.add(of("standings(key, 2)", s -> s.shield.limitStatus(Request.of(KEY, 2))));
      }
    }
    return all;
  }

  /** How shields stand before the operations. */
  static Stream<Trial<ShieldSubject>> trials() {
    return Stream.of(
            situation("a shield with a cap alone", new Make(b -> b), s -> s),
            situation(
                "a shield that finds its cap, with a window to end",
                new Make(b -> b.limit(Limit.each(Limit.KEY, "10000/s burst 5").withMaxKeys(60))
                    .inFlight(InFlightLimit.auto())),
                s -> s.taken(Stream.of(KEY, OTHER)).worked().inexact()),
            situation(
                "a shield for all together",
                new Make(b -> b.limit("10/s burst 5")),
                s -> s.taken(Stream.of(OTHER))),
            situation(
                "a shield for all together, with a burst of a million",
                new Make(b -> b.limit("1000000/s")),
                s -> s.taken(Stream.of(OTHER)).inexact()),
            situation(
                "a shield for each key",
                new Make(b -> b.limit(Limit.each(Limit.KEY, "10/s burst 5").withMaxKeys(60))),
                s -> s.taken(Stream.of(KEY, OTHER))),
            situation(
                "a shield for a newcomer that makes the table grow",
                new Make(b ->
                    b.limit("100/s").limit(Limit.each(Limit.KEY, "10/s burst 5").withMaxKeys(60))),
                s -> s.taken(names(8))),
            situation(
                "a shield for a newcomer to a full table",
                new Make(b ->
                    b.limit("100/s").limit(Limit.each(Limit.KEY, "10/s burst 5").withMaxKeys(10))),
                s -> s.taken(names(60)).inexact()),
            situation(
                "a shield that queues for slots",
                new Make(b -> b.limit(Limit.each(Limit.KEY, "10/s burst 5").withMaxKeys(60))
                    .queueForSlots()),
                s -> s.taken(Stream.of(KEY, OTHER))),
            situation(
                "a shield with several rates of each limit",
                new Make(b -> b.limit("10/s burst 7, 60/min burst 9")
                    .limit(Limit.each(Limit.KEY, "10/s burst 5, 60/min burst 8").withMaxKeys(60))),
                s -> s.taken(Stream.of(KEY, OTHER))),
            situation(
                "a shield with a shadow limit for each key",
                new Make(b -> b.limit("10/s burst 7")
                    .limit(Limit.each(Limit.KEY, "10/s burst 5").withMaxKeys(60).shadow())),
                s -> s.taken(Stream.of(KEY, OTHER))),
            situation(
                "a shield with shadow limits only",
                new Make(b -> b.limit(
                        Limit.together(Limit.EVERYONE, "10/s burst 7, 60/min").shadow())
                    .limit(Limit.each(Limit.KEY, "10/s burst 5, 60/min")
                        .withMaxKeys(60)
                        .shadow())),
                s -> s.taken(Stream.of(KEY, OTHER))),
            situation(
                "a shield with named limits",
                new Make(b -> b.named(Limit.together("search", "10/s burst 9"))
                    .named(Limit.each("tenant", "10/s burst 7").withMaxKeys(60))
                    .named(Limit.each("probe", "10/s burst 5").withMaxKeys(60).shadow())
                    .named(Limit.each("trial", "10/s burst 4").withMaxKeys(60).shadow())),
                s -> s),
            situation(
                "a shield with penalties",
                new Make(
                    b -> b.limit("10/s burst 9").limit(penalized("10/s burst 5").withMaxKeys(60))),
                s -> s.taken(Stream.of(KEY, OTHER))),
            situation(
                "a shield with penalties, whose listener is told later",
                new Make(b -> b.limit(penalized("10/s burst 5").withMaxKeys(60))),
                s -> s.taken(Stream.of(KEY, OTHER)).queueing()),
            situation(
                "a shield on a foreign limiter",
                new Make(b -> b.limit("10/s burst 7"), time -> Foreign.Limiter.able(limiter(time))),
                s -> s.taken(Stream.of(KEY, OTHER))),
            situation(
                "a shield on a foreign limiter that only decides",
                new Make(
                    b -> b.limit("10/s burst 7"),
                    time -> new Foreign.Limiter(limiter(time), Set.of())),
                s -> s.taken(Stream.of(KEY, OTHER))),
            situation(
                "a shield on a foreign limiter, beside shadow limits",
                new Make(
                    b -> b.limit(Limit.together(Limit.EVERYONE, "10/s burst 7").shadow())
                        .named(
                            Limit.each("tenant", "10/s burst 6").withMaxKeys(60).shadow()),
                    time -> Foreign.Limiter.able(limiter(time))),
                s -> s.taken(Stream.of(KEY, OTHER))),
            building(
                "a shield of several limits",
                new Make(b -> b.limit("10/s burst 7, 60/min burst 9")
                    .limit(penalized("10/s burst 5"))
                    .named(Limit.each("tenant", "10/s burst 6").shadow()))),
            building(
                "a shield to be on a foreign limiter",
                new Make(
                    b -> b.limit("10/s burst 7"), time -> Foreign.Limiter.able(limiter(time)))))
        .flatMap(Function.identity());
  }

  private static Limit penalized(String rates) {
    return Limit.each(Limit.KEY, rates)
        .withPenalty(Penalty.after(2, Duration.ofSeconds(10))
            .withBlocks(Duration.ofSeconds(20), Duration.ofSeconds(40))
            .withMaxOffenders(10));
  }

  private static RateLimiter limiter(ManualTicker time) {
    return LimiterSubject.limiter(
        "token-bucket",
        LimiterSpec.of(RateLimit.parse("10/s burst 5")).withTicker(time).withMaxKeys(60));
  }

  private static Stream<String> names(int count) {
    return Stream.iterate(0, i -> i < count, i -> i + 1).map(i -> i == 0 ? OTHER : "key " + i);
  }

  /** What takes so many allocations that it is not done in every situation. */
  private static Stream<Trial<ShieldSubject>> building(String name, Make make) {
    return Stream.of(
            of("build()", ShieldSubject::build),
            of("change(texts)", ShieldSubject::changeByName).leaving(Operation.ALL, Operation.ALL))
        .map(operation -> new Trial<>(name, () -> new ShieldSubject(make), operation));
  }

  private static Stream<Trial<ShieldSubject>> situation(
      String name, Make make, UnaryOperator<ShieldSubject> prepare) {
    return operations(new ShieldSubject(make)).stream()
        .map(operation ->
            new Trial<>(name, () -> prepare.apply(new ShieldSubject(make)), operation));
  }
}
