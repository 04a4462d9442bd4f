package dev.flowshield.engine.limiter;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation.Held;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Every call of a limiter of one to three limits answers as exact arithmetic does, whatever was
 * called before: for keys of the table, whose slots come and go, and for calls without a key.
 *
 * <p>A thousand tries unless {@code jqwik.tries.default} says more.
 */
class KeyedLimiterPropertyTest {

  /**
   * What is done: to which key, with how many permits (a share of the least burst), and a number
   * for whatever else is to choose.
   */
  record Step(Kind kind, int key, double share, double other) {}

  enum Kind {
    DECIDE,
    TRY,
    RESERVE,
    SETTLE,
    WAIT,
    CANCEL,
    RESET,
    ADD,
    CHANGE,
    PASS
  }

  private static final List<String> NAMES = keysWithCountsOfTheirOwn(3);
  private static final List<List<String>> LIMITS = List.of(
      List.of("10/s burst 4", "4/s burst 8", "1000/s burst 5"),
      List.of("10/s burst 4, 5/min", "5/s burst 3, 2/s burst 12", "1/s burst 9, 10/h"),
      List.of("10/s burst 4, 5/min, 100/h", "1/s burst 6, 40/s burst 7, 10/h burst 10"));

  @Property(edgeCases = EdgeCasesMode.NONE)
  void answersAsExactArithmeticDoes(
      @ForAll("limits") int count, @ForAll("steps") List<Step> steps) {
    Run run = new Run(LIMITS.get(count), false);
    for (Step step : steps) {
      run.doAndCompare(step);
    }
  }

  /** Each key, and the calls without one, are as if they had just taken the whole burst. */
  @Property(edgeCases = EdgeCasesMode.NONE)
  void answersSoTooWhereAllBeginWithNothing(
      @ForAll("limits") int count, @ForAll("stepsOfTaking") List<Step> steps) {
    Run run = new Run(LIMITS.get(count), true);
    for (Step step : steps) {
      run.doAndCompare(step);
    }
  }

  /** The limiter and its model, side by side. */
  private static final class Run {
    private final List<String> texts;
    private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 3_000_000_000L);
    private final RateLimiter limiter;
    private final Map<String, List<Model>> models = new HashMap<>();
    private final List<Taken> open = new ArrayList<>();
    private List<RateLimit> limits;
    private BigInteger now = BigInteger.valueOf(ticker.nanos()); // never wraps

    Run(List<String> texts, boolean startsEmpty) {
      this.texts = texts;
      this.limits = RateLimit.parseAll(texts.get(0));
      this.limiter = new KeyedLimiter(
          Gcra::new,
          LimiterSpec.ofAll(limits)
              .withTicker(ticker)
              .withMaxKeys(100)
              .withOption("start", startsEmpty ? "empty" : "full"));
      for (String name : NAMES) {
        models.put(name, limits.stream().map(limit -> new Model(limit, now)).toList());
        if (startsEmpty) {
          model(name).forEach(one -> one.take(now, one.is.burst()));
        }
      }
    }

    void doAndCompare(Step step) {
      String key = NAMES.get(step.key());
      List<Model> model = model(key);
      long least = limits.stream().mapToLong(RateLimit::burst).min().getAsLong();
      long permits = Math.min(least, 1 + (long) (step.share() * least));
      switch (step.kind()) {
        case DECIDE -> {
          boolean admitted = wait(model, permits) == 0;
          Decision decision = limiter.decide(key, permits);
          if (admitted) {
            model.forEach(one -> one.take(now, permits));
          }
          assertThat(decision).isEqualTo(decision(model, permits, admitted));
        }
        case TRY -> {
          boolean admitted = wait(model, permits) == 0;
          assertThat(limiter.tryAcquire(key, permits)).isEqualTo(admitted);
          if (admitted) {
            model.forEach(one -> one.take(now, permits));
          }
        }
        case RESERVE -> {
          if (wait(model, permits) == 0) {
            Taken taken = new Taken(key, new AdvanceReservation(model, permits, now));
            open.add(taken.with((Held) limiter.reserve(key, permits)));
          } else {
            assertThat(limiter.reserve(key, permits)).isNotInstanceOf(Held.class);
          }
        }
        case SETTLE -> {
          Taken taken = anyOpen(step, true);
          open.remove(taken);
          taken.settle((long) (step.share() * 2 * permits), now, line(taken.key));
        }
        case WAIT -> {
          long wait = wait(model, permits);
          List<Taken> line = line(key);
          BigInteger then = now.add(BigInteger.valueOf(wait));
          if (wait > 0 && !line.isEmpty()) { // after a reset, those that waited keep their times
            then = then.max(line.get(line.size() - 1).turn.time);
          }
          boolean waits = then.subtract(now)
                  .compareTo(BigInteger.valueOf(Duration.ofHours(1).toNanos()))
              <= 0;
          CompletableFuture<Decision> answer =
              limiter.acquireAsync(key, permits, Duration.ofHours(1));
          if (waits) {
            Taken taken = new Taken(key, new AdvanceReservation(model, permits, then));
            assertThat(answer.isDone()).isEqualTo(wait == 0);
            if (wait > 0) {
              taken.joins(line);
              open.add(taken.with(answer));
            }
          } else {
            assertThat(answer).isCompletedWithValue(decision(model, permits, false));
          }
        }
        case CANCEL -> {
          Taken taken = anyOpen(step, false);
          List<Taken> line = line(taken.key);
          open.remove(taken);
          if (taken.cancel()) {
            giveUp(line, line.indexOf(taken));
          }
        }
        case RESET -> {
          limiter.reset(key);
          model.forEach(one -> one.reset(now));
        }
        case ADD -> {
          long added = 1 + (long) (step.share() * 2 * permits);
          List<Taken> line = line(key);
          limiter.add(key, added);
          int paid = undoBackTo(0, line);
          BigInteger time = refundTime(line.subList(0, paid));
          model.forEach(one -> one.add(added, time));
          takeAgainAfter(paid, line);
          line.forEach(taken -> taken.assertDoneIfItIsTime(now));
        }
        case CHANGE -> {
          String next = texts.get((int) (step.other() * texts.size()));
          limits = RateLimit.parseAll(next);
          limiter.changeTo(next);
          for (List<Model> each : models.values()) {
            for (int i = 0; i < limits.size(); i++) {
              each.get(i).changeTo(limits.get(i), now);
            }
          }
        }
        case PASS -> pass(step);
      }
      for (String name : NAMES) {
        List<Model> each = model(name);
        assertThat(limiter.peek(name))
            .as("%s", name)
            .isEqualTo(decision(each, 1, wait(each, 1) == 0));
      }
    }

    /** Those behind move up; turn by turn where all want as many permits, else by taking anew. */
    private void giveUp(List<Taken> line, int at) {
      int last = line.size() - 1;
      if (line.get(at).run == line.get(last).run) {
        AdvanceReservation undone = line.get(last).turn;
        for (int i = last; i > at; i--) {
          line.get(i).turn = line.get(i - 1).turn;
        }
        line.remove(at);
        undone.undoOrGiveBack(now, refundTime(line));
        return;
      }
      AdvanceReservation gone = line.remove(at).turn;
      int paid = undoBackTo(at, line);
      BigInteger time = refundTime(line.subList(0, paid));
      if (paid == at) {
        gone.undoOrGiveBack(now, time);
      } else {
        gone.refund(gone.permits, time);
      }
      takeAgainAfter(paid, line);
    }

    /** The turns from there on are undone, last first; how many cannot be. */
    private int undoBackTo(int first, List<Taken> line) {
      int paid = line.size();
      while (paid > first && line.get(paid - 1).turn.undo(now, refundTime(line))) {
        paid--;
      }
      return paid;
    }

    private void takeAgainAfter(int paid, List<Taken> line) {
      for (Taken behind : line.subList(paid, line.size())) {
        List<Model> model = model(behind.key);
        BigInteger then = now.add(BigInteger.valueOf(wait(model, behind.turn.permits)));
        int place = line.indexOf(behind);
        behind.turn = new AdvanceReservation(
            model,
            behind.turn.permits,
            place == 0 ? then : then.max(line.get(place - 1).turn.time));
      }
    }

    private BigInteger refundTime(List<Taken> line) {
      return lastTime(line, now);
    }

    /** Those who wait for permits of a key, in the order they came. */
    private List<Taken> line(String key) {
      return open.stream()
          .filter(
              taken -> taken.key.equals(key) && taken.waiting != null && !taken.waiting.isDone())
          .collect(Collectors.toCollection(ArrayList::new));
    }

    private List<Model> model(String key) {
      return requireNonNull(models.get(key));
    }

    private void pass(Step step) {
      long nanos = step.share() < 0.7
          ? (long) (step.other() * 400_000_000)
          : (long) Math.exp(step.other() * 36); // up to fifty days
      ticker.advanceNanos(nanos);
      now = now.add(BigInteger.valueOf(nanos));
      for (Taken taken : open) {
        taken.assertDoneIfItIsTime(now);
      }
    }

    private Taken anyOpen(Step step, boolean held) {
      passAnInstant(); // what is given back at the reading at which a slot is passed on is lost
      // (K6)
      List<Taken> some =
          open.stream().filter(taken -> (taken.held != null) == held).toList();
      if (some.isEmpty()) {
        return new Taken(NAMES.get(0), new AdvanceReservation(List.of(), 0, now));
      }
      return some.get((int) (step.other() * some.size()));
    }

    private void passAnInstant() {
      ticker.advanceNanos(1);
      now = now.add(BigInteger.ONE);
      for (Taken taken : open) {
        taken.assertDoneIfItIsTime(now);
      }
    }

    private long wait(List<Model> model, long permits) {
      return model.stream().mapToLong(one -> one.wait(now, permits)).max().getAsLong();
    }

    private Decision decision(List<Model> model, long permits, boolean admitted) {
      List<LimitStatus> statuses = new ArrayList<>();
      long remaining = Long.MAX_VALUE;
      LimitStatus longest = new LimitStatus(limits.get(0), 0, 0);
      for (int i = 0; i < model.size(); i++) {
        LimitStatus status = new LimitStatus(
            limits.get(i), model.get(i).remaining(now), model.get(i).wait(now, permits));
        remaining = Math.min(remaining, status.remaining());
        longest = status.retryAfterNanos() > longest.retryAfterNanos() ? status : longest;
        statuses.add(status);
      }
      if (admitted && model.size() == 1) {
        return new Decision.Admitted(remaining);
      }
      if (admitted) {
        return new Decision.Admitted(remaining, statuses);
      }
      return model.size() == 1
          ? new Decision.Rejected(remaining, longest.retryAfterNanos(), longest.limit())
          : new Decision.Rejected(remaining, longest.retryAfterNanos(), longest.limit(), statuses);
    }
  }

  /** As of when permits of a key are given back: the time of the last in the line, or now. */
  private static BigInteger lastTime(List<Taken> line, BigInteger now) {
    return line.isEmpty() ? now : line.get(line.size() - 1).turn.time.max(now);
  }

  /** Permits that may be given back, in the limiter and in the model. */
  private static final class Taken {
    private final String key;
    private AdvanceReservation turn;
    private long run; // changes in a line wherever the number of permits does
    private @Nullable Held held;
    private @Nullable CompletableFuture<Decision> waiting;

    Taken(String key, AdvanceReservation turn) {
      this.key = key;
      this.turn = turn;
    }

    void joins(List<Taken> line) {
      if (!line.isEmpty()) {
        Taken before = line.get(line.size() - 1);
        run = before.turn.permits == turn.permits ? before.run : before.run + 1;
      }
    }

    Taken with(Held reservation) {
      held = reservation;
      return this;
    }

    Taken with(CompletableFuture<Decision> answer) {
      waiting = answer;
      return this;
    }

    void settle(long used, BigInteger now, List<Taken> line) {
      if (held != null) {
        held.settle(used);
        if (used > turn.permits) {
          turn.model.forEach(one -> one.take(now, used - turn.permits));
        } else if (line.isEmpty()) {
          turn.refundUnused(turn.permits - used, now);
        } else {
          turn.refund(turn.permits - used, lastTime(line, now));
        }
      }
    }

    boolean cancel() {
      return waiting != null && waiting.cancel(false);
    }

    void assertDoneIfItIsTime(BigInteger now) {
      if (waiting != null) {
        assertThat(waiting.isDone()).as("%s", key).isEqualTo(now.compareTo(turn.time) >= 0);
      }
    }
  }

  /** A taking of the model, for now or for later. */
  private static final class AdvanceReservation {
    private final List<Model> model;
    private final long permits;
    private final BigInteger time;
    private final List<BigInteger> before;
    private final List<BigInteger> allBackBefore;
    private final List<BigInteger> allBack;

    AdvanceReservation(List<Model> model, long permits, BigInteger time) {
      this.model = model;
      this.permits = permits;
      this.time = time;
      this.before = model.stream().map(one -> one.refunded).toList();
      this.allBackBefore = model.stream().map(one -> one.allBack).toList();
      model.forEach(one -> one.take(time, permits));
      this.allBack = model.stream().map(one -> one.allBack).toList();
    }

    void undoOrGiveBack(BigInteger now, BigInteger refundTime) {
      if (!undo(now, refundTime)) {
        refund(permits, refundTime);
      }
    }

    /** Whether it was the last thing done to the last limit, at least. */
    boolean undo(BigInteger now, BigInteger refundTime) {
      for (int i = model.size() - 1; i >= 0; i--) {
        Model one = model.get(i);
        if (one.allBack.equals(allBack.get(i)) && one.refunded.equals(before.get(i))) {
          one.allBack = allBackBefore.get(i).max(now);
        } else if (i == model.size() - 1) {
          return false;
        } else {
          one.refund(allBack.get(i), before.get(i), permits, refundTime);
        }
      }
      return true;
    }

    /** What was promised and not used, up to the burst. */
    void refundUnused(long unused, BigInteger now) {
      for (int i = 0; i < model.size() && unused > 0; i++) {
        if (!model.get(i).isOfAnEarlierEpoch(before.get(i))) {
          model.get(i).add(unused, now);
        }
      }
    }

    void refund(long unused, BigInteger refundTime) {
      for (int i = 0; i < model.size() && unused > 0; i++) {
        model.get(i).refund(allBack.get(i), before.get(i), unused, refundTime);
      }
    }
  }

  /** One limit of one key, in nanoseconds that never wrap. */
  private static final class Model {
    private static final BigInteger EVERYTHING = BigInteger.TEN.pow(30);
    private RateLimit is;
    private BigInteger interval;
    private BigInteger burst;
    private BigInteger allBack;
    private BigInteger refunded = BigInteger.ZERO; // permits, of those that made a difference

    Model(RateLimit limit, BigInteger now) {
      allBack = now;
      become(limit);
    }

    private void become(RateLimit limit) {
      is = limit;
      BigInteger[] perPermit = BigInteger.valueOf(limit.period().toNanos())
          .divideAndRemainder(BigInteger.valueOf(limit.permits()));
      assertThat(perPermit[1]).as("a limit that needs no rounding").isZero();
      interval = perPermit[0];
      burst = BigInteger.valueOf(limit.burst());
    }

    private BigInteger debt(BigInteger now) {
      return allBack.subtract(now).max(BigInteger.ZERO);
    }

    private BigInteger late(BigInteger now, long permits) {
      return debt(now).add(interval.multiply(BigInteger.valueOf(permits).subtract(burst)));
    }

    long wait(BigInteger now, long permits) {
      return late(now, permits).max(BigInteger.ZERO).longValueExact();
    }

    long remaining(BigInteger now) {
      return burst
          .multiply(interval)
          .subtract(debt(now))
          .max(BigInteger.ZERO)
          .divide(interval)
          .longValueExact();
    }

    void take(BigInteger now, long permits) {
      allBack = now.max(allBack).add(interval.multiply(BigInteger.valueOf(permits)));
    }

    void refund(BigInteger taken, BigInteger before, long permits, BigInteger now) {
      BigInteger others = refunded.subtract(before);
      if (others.compareTo(burst) > 0) {
        return;
      }
      BigInteger outstanding = taken
          .subtract(others.multiply(interval))
          .subtract(now)
          .min(interval.multiply(BigInteger.valueOf(permits)))
          .max(BigInteger.ZERO);
      BigInteger back = now.max(allBack.subtract(outstanding));
      if (back.compareTo(allBack) < 0) {
        allBack = back;
        refunded = refunded.add(BigInteger.valueOf(permits));
      }
    }

    boolean isOfAnEarlierEpoch(BigInteger before) {
      return refunded.subtract(before).compareTo(EVERYTHING) >= 0;
    }

    /** What is added counts for later refunds as one that was made. */
    void add(long permits, BigInteger now) {
      BigInteger back = now.max(allBack.subtract(interval.multiply(BigInteger.valueOf(permits))));
      if (back.compareTo(allBack) < 0) {
        allBack = back;
        refunded = refunded.add(BigInteger.valueOf(permits));
      }
    }

    void reset(BigInteger now) {
      allBack = now;
      refunded = refunded.add(EVERYTHING);
    }

    /** In proportion to the nanosecond; what is owed beyond the burst stays as long. */
    void changeTo(RateLimit limit, BigInteger now) {
      if (limit.equals(is)) {
        return;
      }
      BigInteger whole = burst.multiply(interval);
      BigInteger within = debt(now).min(whole);
      BigInteger beyond = debt(now).subtract(within);
      become(limit);
      BigInteger[] scaled = within.multiply(burst.multiply(interval)).divideAndRemainder(whole);
      allBack = now.add(scaled[0]).add(BigInteger.valueOf(scaled[1].signum())).add(beyond);
      refunded = refunded.add(EVERYTHING);
    }
  }

  /** No key, and some that do not share a count of what was given back. */
  private static List<String> keysWithCountsOfTheirOwn(int count) {
    Map<Long, String> byCount = new HashMap<>();
    for (int i = 0; byCount.size() < count; i++) {
      byCount.putIfAbsent(KeyTable.hashOf("key " + i) >>> 32 & 63, "key " + i);
    }
    List<String> names = new ArrayList<>(byCount.values());
    names.add("");
    return names;
  }

  @Provide
  Arbitrary<Integer> limits() {
    return Arbitraries.integers().between(0, LIMITS.size() - 1);
  }

  /** Without what a key that was not seen yet does not remember: resets and what was added. */
  @Provide
  Arbitrary<List<Step>> stepsOfTaking() {
    return steps(Arbitraries.frequency(
        Tuple.of(4, Kind.DECIDE),
        Tuple.of(2, Kind.TRY),
        Tuple.of(3, Kind.WAIT),
        Tuple.of(2, Kind.CANCEL),
        Tuple.of(1, Kind.CHANGE),
        Tuple.of(6, Kind.PASS)));
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return steps(Arbitraries.frequency(
        Tuple.of(4, Kind.DECIDE),
        Tuple.of(2, Kind.TRY),
        Tuple.of(6, Kind.RESERVE),
        Tuple.of(5, Kind.SETTLE),
        Tuple.of(3, Kind.WAIT),
        Tuple.of(2, Kind.CANCEL),
        Tuple.of(1, Kind.RESET),
        Tuple.of(2, Kind.ADD),
        Tuple.of(1, Kind.CHANGE),
        Tuple.of(6, Kind.PASS)));
  }

  private static Arbitrary<List<Step>> steps(Arbitrary<Kind> kinds) {
    return Combinators.combine(
            kinds,
            Arbitraries.integers().between(0, NAMES.size() - 1),
            Arbitraries.doubles().between(0, 0.99),
            Arbitraries.doubles().between(0, 0.99))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }
}
