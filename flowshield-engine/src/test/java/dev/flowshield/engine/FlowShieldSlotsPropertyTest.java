package dev.flowshield.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.flowshield.Criticality;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Requests of each criticality that wait for a slot, beside others that do not, while caps rise
 * and fall, callers leave, and stages close, ask and wait as soon as they run.
 *
 * <ul>
 *   <li>No request gets a slot beyond its cap, or before one that waits and means as much.
 *   <li>None waits while it may have a slot, and none is shed while it may.
 *   <li>Each request that waits is told one outcome, once.
 *   <li>Once all is closed, nothing is in flight and none waits.
 * </ul>
 */
class FlowShieldSlotsPropertyTest {

  private enum Deed {
    ADMIT,
    WAIT,
    LEAVE,
    CLOSE,
    CHANGE_CAP,
    MOVE_CAPS,
    LEAK,
    PASS
  }

  /** What a stage does with the slot that its request has got. */
  private enum Then {
    KEEP,
    CLOSE,
    CLOSE_ANOTHER,
    WAIT_AGAIN,
    ADMIT_ANOTHER
  }

  /** One step: a deed, and what it needs to choose. */
  record Step(Deed deed, Criticality criticality, Then then, int dice) {}

  /** A cap for each criticality, which also moves without an event, as those that are found do. */
  private static final class Caps implements Gate {

    private final Map<Criticality, Integer> caps = new EnumMap<>(Criticality.class);
    private int count;

    @Override
    public boolean readsTime() {
      return true;
    }

    @Override
    public long tryEnter(long hash, Criticality criticality, int route, long now) {
      if (count >= cap(criticality)) {
        return NO_SLOT;
      }
      count++;
      return 0;
    }

    int cap(Criticality criticality) {
      return requireNonNull(caps.get(criticality));
    }

    /** The lower a criticality, the less of the limit it may have. */
    void move(int limit, int less) {
      caps.put(Criticality.SHEDDABLE, Math.max(0, limit - 2 * less));
      caps.put(Criticality.DEFAULT, Math.max(0, limit - less));
      caps.put(Criticality.CRITICAL, limit);
    }

    @Override
    public void release(long slot) {
      count--;
    }

    @Override
    public boolean hasSlot(Criticality criticality, long now) {
      return count < cap(criticality);
    }

    @Override
    public boolean isBeyondLimit(long slot) {
      return false;
    }

    @Override
    public int count() {
      return count;
    }

    @Override
    public int limit() {
      return cap(Criticality.CRITICAL);
    }

    @Override
    public void limit(int other) {
      move(other, 0);
    }
  }

  /** A request that waits. */
  private static final class Waiting {

    private final Criticality criticality;
    private final long deadline;
    private final boolean comesToMany; // as many as may wait
    private @Nullable CompletableFuture<Admission> answer;
    private int told;

    Waiting(Criticality criticality, long deadline, boolean comesToMany) {
      this.criticality = criticality;
      this.deadline = deadline;
      this.comesToMany = comesToMany;
    }

    /** Until its call returns, nothing is known of it. */
    boolean comesBefore(Criticality other) {
      return answer != null && criticality.compareTo(other) >= 0;
    }
  }

  private static final int MOST_QUEUED = 5;
  private static final int MOST_IN_STAGES = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long LOOK_NANOS = 100_000_000; // until a slot is found that no event shows

  private final List<Waiting> line = new ArrayList<>();
  private final List<Waiting> all = new ArrayList<>();
  private final List<Admitted> open = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private ManualTicker ticker = ManualTicker.atZero();
  private Caps caps = new Caps();
  private FlowShield shield = FlowShield.builder().inFlight(1).build(); // until a try begins
  private long foundBy;
  private long closedInStageAt;
  private int stages; // that run
  private int fromStages;
  private int leaked;

  @Property(tries = 2_000)
  void areGivenToThoseThatMayHaveThemInTheirOrder(@ForAll("steps") List<Step> steps) {
    run(FlowShield.builder(), steps);
  }

  /** Each leak takes a collection of all garbage. */
  @Property(tries = 60)
  void areGivenSoIfAdmissionsLeak(@ForAll("stepsWithLeaks") List<Step> steps) {
    run(FlowShield.builder().detectLeaks(), steps);
  }

  private void run(FlowShieldBuilder builder, List<Step> steps) {
    begin(builder);
    for (Step step : steps) {
      run(step);
      assertFair();
    }
    int rounds = 0;
    while (!line.isEmpty() || !open.isEmpty()) {
      closeAll();
      ticker.advance(Duration.ofSeconds(1));
      assertFair();
      assertThat(rounds++).as("rounds until all have left").isLessThan(100);
    }
    ShieldStats stats = shield.stats();
    assertThat(stats.inFlight()).isZero();
    assertThat(stats.waiting()).isZero();
    assertThat(ticker.pending()).as("timers").isZero();
    assertThat(all).allSatisfy(each -> assertThat(each.told).isOne());
  }

  private void begin(FlowShieldBuilder builder) {
    line.clear();
    all.clear();
    open.clear();
    failures.clear();
    foundBy = 0;
    closedInStageAt = -1;
    fromStages = 0;
    leaked = 0;
    ticker = ManualTicker.atZero();
    caps = new Caps();
    caps.move(2, 0);
    shield = builder
        .ticker(ticker)
        .inFlight(2)
        .gate(caps)
        .queueForSlots()
        .maxQueued(MOST_QUEUED)
        .build();
  }

  private void run(Step step) {
    int dice = step.dice();
    switch (step.deed()) {
      case ADMIT -> admit(step.criticality());
      case WAIT -> await(step.criticality(), step.then(), dice);
      case LEAVE -> leave(dice);
      case CLOSE -> close(dice);
      case CHANGE_CAP -> shield.changeInFlight(1 + dice % 4);
      case MOVE_CAPS -> {
        caps.move(dice % 5, dice / 5 % 3);
        foundBy = ticker.nanos() + LOOK_NANOS;
      }
      case LEAK -> leak(dice);
      case PASS -> ticker.advance(Duration.ofMillis(dice % 400));
    }
  }

  private void admit(Criticality criticality) {
    Admission admission = shield.admit(Request.of("alice").withCriticality(criticality));
    if (admission instanceof Admitted admitted) {
      if (stages == 0) { // else some have a slot and are not told yet
        assertThat(line).as("those before").noneMatch(waiting -> waiting.comesBefore(criticality));
      }
      hold(admitted, criticality);
    } else {
      assertNoSlot(criticality);
    }
  }

  private void hold(Admitted admitted, Criticality criticality) {
    open.add(admitted);
    if (stages == 0) { // else others may have gone since
      assertThat(caps.count()).isLessThanOrEqualTo(caps.cap(criticality));
    }
  }

  private void assertNoSlot(Criticality criticality) {
    assertThat(caps.count())
        .as("in flight where %s is shed", criticality)
        .isGreaterThanOrEqualTo(caps.cap(criticality));
  }

  private void await(Criticality criticality, Then then, int dice) {
    Duration maxWait = Duration.ofMillis(1 + dice % 1_000);
    boolean comesToMany = shield.stats().waiting() >= MOST_QUEUED;
    Waiting waiting = new Waiting(criticality, ticker.nanos() + maxWait.toNanos(), comesToMany);
    all.add(waiting);
    line.add(waiting);
    CompletableFuture<Admission> answer =
        shield.admitAsync(Request.of("bob").withCriticality(criticality), maxWait);
    waiting.answer = answer;
    CompletableFuture<?> unused = answer.whenComplete((admission, failure) -> {
      stages++;
      try {
        told(waiting, admission, failure, then);
      } catch (Throwable failed) {
        failures.add(failed);
      } finally {
        stages--;
      }
    });
  }

  private void told(
      Waiting waiting, @Nullable Admission admission, @Nullable Throwable failure, Then then) {
    waiting.told++;
    waiting.answer = null; // an admission that leaks must not be held
    int slot = line.indexOf(waiting);
    line.remove(slot);
    if (admission instanceof Admitted admitted) {
      if (stages == 1) {
        assertThat(line.subList(0, slot))
            .as("those before")
            .noneMatch(before -> before.comesBefore(waiting.criticality));
      }
      open.add(admitted);
      goOn(then, waiting.criticality, admitted);
    } else if (admission instanceof Shed) {
      boolean isInTime = ticker.nanos() == waiting.deadline;
      assertThat(isInTime || waiting.comesToMany)
          .as("shed when the time is over, or too many wait")
          .isTrue();
      if (ticker.nanos() != closedInStageAt) { // else there was none when it was decided
        assertNoSlot(waiting.criticality);
      }
    } else {
      assertThat(failure).isInstanceOf(CancellationException.class);
    }
  }

  private void goOn(Then then, Criticality criticality, Admitted admitted) {
    if (fromStages++ > MOST_IN_STAGES) {
      return;
    }
    switch (then) {
      case KEEP -> {}
      case CLOSE -> close(admitted);
      case CLOSE_ANOTHER -> close(0);
      case WAIT_AGAIN -> {
        close(admitted);
        await(criticality, then, fromStages * 37);
      }
      case ADMIT_ANOTHER -> admit(criticality);
    }
  }

  private void close(Admitted admitted) {
    close(open.indexOf(admitted));
  }

  private void leave(int dice) {
    if (!line.isEmpty()) {
      requireNonNull(line.get(dice % line.size()).answer).cancel(false);
    }
  }

  private void close(int dice) {
    if (!open.isEmpty()) {
      closedInStageAt = stages > 0 ? ticker.nanos() : closedInStageAt;
      open.remove(dice % open.size()).close();
    }
  }

  private void closeAll() {
    while (!open.isEmpty()) {
      close(0);
    }
  }

  private void leak(int dice) {
    if (open.isEmpty()) {
      return;
    }
    leaked++;
    open.remove(dice % open.size());
    assertTimeoutPreemptively(PATIENCE, () -> {
      while (shield.stats().leaked() < leaked) {
        System.gc();
      }
    });
    foundBy = ticker.nanos() + LOOK_NANOS;
  }

  private void assertFair() {
    assertThat(failures).isEmpty();
    ShieldStats stats = shield.stats();
    assertThat(stats.inFlight()).isEqualTo(open.size());
    assertThat(stats.waiting()).isEqualTo(line.size());
    for (Waiting waiting : line) {
      assertThat(waiting.deadline - ticker.nanos()).as("time left").isPositive();
      if (ticker.nanos() >= foundBy) {
        assertThat(caps.count())
            .as("in flight while %s waits", waiting.criticality)
            .isGreaterThanOrEqualTo(caps.cap(waiting.criticality));
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return steps(0);
  }

  @Provide
  Arbitrary<List<Step>> stepsWithLeaks() {
    return steps(2);
  }

  private static Arbitrary<List<Step>> steps(int leaks) {
    Arbitrary<Deed> deeds = Arbitraries.frequency(
        Tuple.of(5, Deed.ADMIT),
        Tuple.of(9, Deed.WAIT),
        Tuple.of(1, Deed.LEAVE),
        Tuple.of(6, Deed.CLOSE),
        Tuple.of(1, Deed.CHANGE_CAP),
        Tuple.of(3, Deed.MOVE_CAPS),
        Tuple.of(leaks, Deed.LEAK),
        Tuple.of(4, Deed.PASS));
    Arbitrary<Then> thens = Arbitraries.frequency(
        Tuple.of(5, Then.KEEP),
        Tuple.of(4, Then.CLOSE),
        Tuple.of(1, Then.CLOSE_ANOTHER),
        Tuple.of(1, Then.WAIT_AGAIN),
        Tuple.of(1, Then.ADMIT_ANOTHER));
    return Combinators.combine(
            deeds,
            Arbitraries.of(Criticality.class),
            thens,
            Arbitraries.integers().between(0, 10_000))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(50);
  }
}
