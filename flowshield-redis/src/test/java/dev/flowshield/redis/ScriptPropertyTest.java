package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.redis.LimitsModel.Part;
import dev.flowshield.redis.ScriptServer.Look;
import dev.flowshield.redis.ScriptServer.Stored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * The script on each kind of server, whatever it is asked in whatever order: several keys at once,
 * limits that change, a clock that steps back and forth.
 */
class ScriptPropertyTest {

  enum Kind {
    TAKE,
    CHARGE,
    ADD,
    RESET,
    PEEK,
    CHANGE,
    PASS,
    STEP_BACK
  }

  /** What is done: to how many keys from which one on, and two numbers for all else. */
  record Step(Kind kind, int key, int keys, double share, double other) {}

  private static final int MOST_KEYS = 3;
  private static final List<List<RateLimit>> LIMITS = Stream.of(
          "1000/s burst 20",
          "7/s",
          "1000000/s burst 10",
          "99991/day burst 30",
          "3000/s burst 40, 100000/h burst 700",
          "5/s burst 3, 100/min",
          "300000/s burst 1000, 7/s burst 900, 1/h burst 30")
      .map(RateLimit::parseAll)
      .toList();
  private static final long HOUR = 3_600_000_000_000L;
  private static final Map<String, ScriptServer> SERVERS = new HashMap<>();
  private static final AtomicInteger RUNS = new AtomicInteger();

  @BeforeContainer
  static void start() {
    Servers.all().forEach(kind -> SERVERS.put(kind, ScriptServer.start(kind)));
  }

  @AfterContainer
  static void stop() {
    SERVERS.values().forEach(ScriptServer::close);
    SERVERS.clear();
  }

  @Provide
  Arbitrary<String> servers() {
    return Arbitraries.of(Servers.all());
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return steps(
        Kind.TAKE,
        Kind.TAKE,
        Kind.TAKE,
        Kind.TAKE,
        Kind.CHARGE,
        Kind.ADD,
        Kind.ADD,
        Kind.RESET,
        Kind.PEEK,
        Kind.CHANGE,
        Kind.PASS,
        Kind.PASS,
        Kind.STEP_BACK);
  }

  private static Arbitrary<List<Step>> steps(Kind... kinds) {
    Arbitrary<Double> shares = Arbitraries.doubles().between(0, 0.99);
    Arbitrary<Integer> indexes = Arbitraries.integers().between(0, MOST_KEYS - 1);
    return Combinators.combine(
            Arbitraries.of(kinds), indexes, Arbitraries.of(1, 1, 2, 3), shares, shares)
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(60);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void answersAndWritesWhatTheModelDoesByATimeThatIsTurnedByHand(
      @ForAll("servers") String server, @ForAll("steps") List<Step> steps) {
    new Run(Objects.requireNonNull(SERVERS.get(server)), true).run(steps);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void answersAndWritesWhatTheModelDoesByTheClockOfTheServer(
      @ForAll("servers") String server, @ForAll("steps") List<Step> steps) {
    new Run(Objects.requireNonNull(SERVERS.get(server)), false).run(steps);
  }

  /** Of each run its own, as one whose shrinking took too long may still be under way. */
  private static List<String> keys(int count) {
    int run = RUNS.incrementAndGet();
    return IntStream.range(0, count).mapToObj(k -> "{" + run + "}:" + k).toList();
  }

  @Example
  void aDebtThatTakesLongerByANewLimitOutlivesItsFormerExpiry() {
    for (ScriptServer server : SERVERS.values()) {
      new Run(server, false)
          .run(List.of(
              new Step(Kind.TAKE, 0, 1, 0.9, 0.9), // of 1000/s
              new Step(Kind.CHANGE, 0, 1, 0.2, 0), // to 7/s
              new Step(Kind.ADD, 0, 1, 0, 0),
              new Step(Kind.TAKE, 0, 1, 0.9, 0.9)));
    }
  }

  @Provide
  Arbitrary<List<Step>> takings() {
    return steps(Kind.TAKE, Kind.TAKE, Kind.CHARGE, Kind.CHANGE, Kind.PASS);
  }

  /** Of the first key as many as are there, of the second just as many. */
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void asManyAsAreThereAreThoseThatATakingWouldGetAndNoMore(
      @ForAll("servers") String server, @ForAll("takings") List<Step> steps) {
    new Twins(Objects.requireNonNull(SERVERS.get(server))).take(steps);
  }

  /** Two keys that are asked alike. */
  private static final class Twins {

    private static final long DAY = 24 * HOUR;

    private final ScriptServer server;
    private final List<String> keys = keys(2);
    private long now = DAY;
    private final Question.Form form = new Question.Form(() -> now);
    private StoredRates rates = new StoredRates(LIMITS.get(0), 1);

    Twins(ScriptServer server) {
      this.server = server;
    }

    void take(List<Step> steps) {
      for (Step step : steps) {
        if (step.kind == Kind.TAKE) {
          long wanted = 1 + (long) (step.share * step.other * 2 * rates.burst());
          Reply some = ask(form.of(Deed.SOME, keys.get(0), rates, wanted));
          assertThat(some.granted()).isBetween(0L, wanted);
          if (some.granted() > 0) {
            Reply same = ask(form.of(Deed.TAKE, keys.get(1), rates, some.granted()));
            assertThat(same.granted()).isEqualTo(some.granted());
            assertThat(same.debts()).containsExactly(some.debts());
          }
          if (some.granted() < wanted) {
            Reply more = ask(form.of(Deed.TAKE, keys.get(1), rates, 1));
            assertThat(more.granted()).isZero();
          }
        } else {
          run(step);
        }
      }
    }

    private Reply ask(Question question) {
      return ScriptServer.reply(server.ask(List.of(question)));
    }

    private void run(Step step) {
      long permits = 1 + (long) (step.share * step.other * rates.burst());
      switch (step.kind) {
        case CHARGE -> {
          long[] all = new long[rates.size()];
          Arrays.fill(all, permits);
          keys.forEach(key -> ask(form.charge(key, rates, all)));
        }
        case CHANGE -> {
          List<List<RateLimit>> alike =
              LIMITS.stream().filter(some -> some.size() == rates.size()).toList();
          rates = new StoredRates(alike.get((int) (step.share * alike.size())), 1);
        }
        default -> now += (long) Math.exp(step.other * 27); // up to ten minutes
      }
    }
  }

  /**
   * A sequence of steps. By the clock of the server, its values are moved in time where the clock
   * is to step.
   */
  private static final class Run {

    private final ScriptServer server;
    private final boolean isByHand;
    private final List<String> keys = keys(MOST_KEYS);
    private final LimitsModel model;
    private final Map<String, StoredRates> limits = new HashMap<>();
    private final Map<String, Spans> spans = new HashMap<>();
    private final Question.Form form;
    private long byHand = 1_000_000_000_000_000L; // in nanoseconds
    private long latest = byHand;
    private long moved; // by how much the clock of the server was moved, in ticks
    private Look before;

    Run(ScriptServer server, boolean isByHand) {
      this.server = server;
      this.isByHand = isByHand;
      this.model = new LimitsModel(isByHand ? HOUR : 1_000_000);
      this.form = new Question.Form(() -> isByHand ? byHand : -1);
      keys.forEach(key -> limits.put(key, rates(0)));
      this.before = server.look(keys);
    }

    private StoredRates rates(int choice) {
      return new StoredRates(LIMITS.get(choice), isByHand ? 1 : 1_000);
    }

    void run(List<Step> steps) {
      steps.forEach(this::run);
    }

    private void run(Step step) {
      switch (step.kind) {
        case TAKE -> ask(Deed.TAKE, step);
        case CHARGE -> ask(Deed.CHARGE, step);
        case ADD -> ask(Deed.ADD, step);
        case RESET -> ask(Deed.RESET, step);
        case PEEK -> ask(Deed.PEEK, step);
        case CHANGE -> limits.put(keys.get(step.key), rates((int) (step.share * LIMITS.size())));
        case PASS -> pass(step.other);
        case STEP_BACK -> stepBack(step.other);
      }
    }

    private void ask(Deed deed, Step step) {
      List<Part> parts = new ArrayList<>();
      for (int i = 0; i < step.keys; i++) {
        String key = keys.get((step.key + i) % keys.size());
        StoredRates rates = Objects.requireNonNull(limits.get(key));
        long permits =
            deed == Deed.CHARGE ? 0 : 1 + (long) (step.share * step.other * rates.burst());
        parts.add(new Part(key, rates, permits, charged(rates, step)));
      }
      ask(deed, parts);
    }

    /** A few permits more than the burst at most, or as many as there can be. */
    private static List<Long> charged(StoredRates rates, Step step) {
      List<Long> charged = new ArrayList<>();
      for (int i = 0; i < rates.size(); i++) {
        long permits = step.other > 0.9
            ? Long.MAX_VALUE
            : (long) (step.share * 1.2 * rates.get(i).limit().burst());
        charged.add(Math.min((1L << 47) / rates.get(i).price(), permits));
      }
      return charged;
    }

    private void ask(Deed deed, List<Part> parts) {
      List<Long> answer =
          server.ask(parts.stream().map(part -> question(deed, part)).toList());
      long now = answer.get(1);
      assertThat(answer).as("%s of %s", deed, parts).isEqualTo(model.ask(deed, parts, now));

      Look after = server.look(keys);
      for (int k = 0; k < keys.size(); k++) {
        assertStands(deed, keys.get(k), k, now, after);
      }
      before = after;
      for (Part part : parts) {
        note(deed, part, answer);
      }
    }

    private Question question(Deed deed, Part part) {
      return deed == Deed.CHARGE
          ? form.charge(part.key(), part.rates(), numbers(part.charged()))
          : form.of(deed, part.key(), part.rates(), part.permits());
    }

    private static long[] numbers(List<Long> list) {
      return list.stream().mapToLong(Long::longValue).toArray();
    }

    /** What nothing is to be written of is as before; and a value stays until it owes nothing. */
    private void assertStands(Deed deed, String key, int k, long asked, Look after) {
      Stored was = before.values().get(k);
      Stored is = after.values().get(k);
      if (!model.hasWritten(key) && !is.isAbsent()) {
        assertThat(is.bytes()).isEqualTo(was.bytes());
        assertThat(is.millis()).isLessThanOrEqualTo(was.millis());
      }
      if (isByHand) {
        assertThat(is.isAbsent()).isEqualTo(!model.knows(key));
      } else if (is.isAbsent()) {
        forgetExpired(key, after.to());
      } else {
        long left = model.ticksUntilPaidOff(key, after.to());
        assertThat((after.to() / 1_000 + is.millis()) * 1_000)
            .as("expiry after a %s", deed)
            .isGreaterThanOrEqualTo(left == 0 ? 0 : after.to() + left);
        if (model.hasWritten(key) && (deed == Deed.TAKE || deed == Deed.CHARGE)) {
          long paidOff = asked + model.ticksUntilPaidOff(key, asked);
          long late = after.from() - asked; // no server reads its clock but once
          assertThat((after.from() / 1_000 + is.millis()) * 1_000)
              .isLessThanOrEqualTo(paidOff + 2_000 + late);
        }
      }
    }

    private void note(Deed deed, Part part, List<Long> answer) {
      boolean isAdmitted = answer.get(0) > 0;
      Spans known = spans.get(part.key());
      if (known == null || !known.isOf(part.rates()) || deed == Deed.RESET) {
        known = new Spans(part.rates());
        spans.put(part.key(), known);
      }
      long time = answer.get(1) + moved;
      if (deed == Deed.TAKE && isAdmitted) {
        known.taken(time, part.permits());
      } else if (deed == Deed.ADD) {
        known.given(time, part.permits());
      }
    }

    private void pass(double other) {
      if (isByHand) {
        byHand += (long) Math.exp(other * 32); // up to 15 hours
        latest = Math.max(latest, byHand);
      } else {
        move((long) Math.exp(other * 18)); // up to 15 hours
      }
    }

    private void stepBack(double other) {
      if (isByHand) {
        byHand -= (long) Math.exp(other * 30); // up to two hours
        if (byHand < latest - HOUR) { // another clock
          latest = byHand;
          spans.clear();
        }
      } else {
        move(-(long) Math.exp(other * 9)); // up to seven seconds
        spans.clear(); // what has expired does not wait until the clock has caught up
      }
    }

    private void move(long millis) {
      server.move(keys, millis);
      before = server.look(keys);
      if (millis < 0) {
        forgetWhatIsAbsent(); // has expired before
      }
      long ticks = millis * 1_000;
      moved += ticks;
      model.move(ticks);
      forgetWhatIsAbsent();
    }

    private void forgetWhatIsAbsent() {
      for (int k = 0; k < keys.size(); k++) {
        if (before.values().get(k).isAbsent()) {
          forgetExpired(keys.get(k), before.to());
        }
      }
    }

    private void forgetExpired(String key, long now) {
      assertThat(model.ticksUntilPaidOff(key, now))
          .as("owed by what has expired")
          .isZero();
      model.forget(key);
    }
  }

  /** What a key has taken and was given, in turn: never more than its rates have for that time. */
  private static final class Spans {

    private record Use(long time, long permits) {}

    private final StoredRates rates;
    private final List<Use> uses = new ArrayList<>();

    Spans(StoredRates rates) {
      this.rates = rates;
    }

    boolean isOf(StoredRates others) {
      return rates.limits().equals(others.limits());
    }

    void given(long time, long permits) {
      uses.add(new Use(time, -permits));
    }

    /** No span from one taking to this one holds more than the burst and what came back in it. */
    void taken(long time, long permits) {
      uses.add(new Use(time, permits));
      long sum = 0;
      for (int i = uses.size() - 1; i >= 0; i--) {
        sum += uses.get(i).permits;
        if (uses.get(i).permits < 0) {
          continue; // a span begins with what is taken
        }
        double ticks = time - uses.get(i).time; // exact, and so is what is compared
        for (int r = 0; r < rates.size(); r++) {
          StoredRate rate = rates.get(r);
          assertThat((double) sum * rate.price())
              .as("permits in %s ticks of %s: %s", ticks, rates, uses)
              .isLessThanOrEqualTo(rate.capacity() + ticks * rate.drain());
        }
      }
    }
  }
}
