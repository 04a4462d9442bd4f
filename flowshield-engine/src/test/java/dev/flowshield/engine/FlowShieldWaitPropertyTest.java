package dev.flowshield.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
 * Requests that wait, beside an exact model of their limits: none is admitted that the model would
 * reject, none overtakes one that came before, and none waits longer than it has to.
 */
class FlowShieldWaitPropertyTest {

  private enum Deed {
    WAIT,
    ADMIT,
    LEAVE,
    CLOSE
  }

  /**
   * One step.
   *
   * @param pause how long after the one before
   * @param dice what the deed needs to choose
   */
  record Step(Deed deed, long pause, List<Integer> dice) {}

  /** A request that waits. */
  private record Waiting(
      List<Charge> charges, long deadline, CompletableFuture<Admission> answer) {}

  private static final Map<String, String> LIMITS = new LinkedHashMap<>(
      Map.of("everyone", "10/s burst 6", "key", "4/s burst 3, 50/min burst 20", "tenant", "5/s"));
  private static final List<String> KEYS = List.of("alice", "bob", "carol");
  private static final int CAP = 4;

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Map<String, ModelLimit> models = new LinkedHashMap<>();
  private final List<Waiting> line = new ArrayList<>();
  private final List<Admitted> open = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private FlowShield shield = FlowShield.builder().inFlight(1).build(); // until a try begins

  @Property(tries = 2_000)
  void areServedInTheirOrderAsSoonAsAllTheirLimitsAllow(@ForAll("steps") List<Step> steps) {
    begin();
    for (Step step : steps) {
      ticker.advanceNanos(step.pause());
      switch (step.deed()) {
        case WAIT -> await(step.dice());
        case ADMIT -> admit(step.dice());
        case LEAVE -> leave(step.dice());
        case CLOSE -> close(step.dice());
      }
      assertThat(failures).isEmpty();
      assertNoneWaitsInVain();
    }
    while (!line.isEmpty()) {
      closeAll();
      ticker.advance(Duration.ofSeconds(10));
      assertThat(failures).isEmpty();
      assertNoneWaitsInVain();
    }
    closeAll();
    ShieldStats stats = shield.stats();
    assertThat(stats.inFlight()).isZero();
    assertThat(stats.waiting()).isZero();
    assertThat(ticker.pending()).as("timers").isZero();
    models.forEach((id, model) -> {
      String name = LIMITS.keySet().stream().filter(id::startsWith).findFirst().orElseThrow();
      assertThat(shield.peek(name, id.substring(name.length())).remaining())
          .as("left of %s", id)
          .isEqualTo(model.remaining(ticker.nanos()));
    });
  }

  private void begin() {
    shield = FlowShield.builder()
        .ticker(ticker)
        .limit(requireNonNull(LIMITS.get("everyone")))
        .perKey(requireNonNull(LIMITS.get("key")))
        .named(Limit.each("tenant", requireNonNull(LIMITS.get("tenant"))))
        .inFlight(CAP)
        .queueForSlots()
        .build();
    models.clear();
    line.clear();
    open.clear();
    failures.clear();
    LIMITS.forEach((name, text) -> {
      for (String key : name.equals("everyone") ? List.of("") : KEYS) {
        models.put(name + key, new ModelLimit(RateLimit.parseAll(text), ticker.nanos()));
      }
    });
  }

  private void await(List<Integer> dice) {
    List<Charge> charges = charges(dice);
    Duration maxWait = Duration.ofMillis(1 + dice.get(2) % 3_000);
    long deadline = ticker.nanos() + maxWait.toNanos();
    CompletableFuture<Admission> answer =
        shield.admitAsync(Request.of(charges.toArray(Charge[]::new)), maxWait);
    Waiting waiting = new Waiting(charges, deadline, answer);
    line.add(waiting);
    CompletableFuture<?> unused = answer.whenComplete((admission, failure) -> {
      try {
        answered(waiting, admission, failure);
      } catch (Throwable failed) {
        failures.add(failed);
      }
    });
  }

  private void answered(
      Waiting waiting, @Nullable Admission admission, @Nullable Throwable failure) {
    int slot = line.indexOf(waiting);
    line.remove(waiting);
    if (admission instanceof Admitted admitted) {
      taken(waiting.charges(), line.subList(0, slot), admitted);
    } else if (admission instanceof OverLimit) {
      assertThat(ticker.nanos() == waiting.deadline() || slot == line.size())
          .as("rejected when the time is over, or at once")
          .isTrue();
    } else if (admission instanceof Shed) {
      assertThat(ticker.nanos()).isEqualTo(waiting.deadline());
    } else {
      assertThat(failure).isInstanceOf(CancellationException.class);
    }
  }

  private void admit(List<Integer> dice) {
    List<Charge> charges = charges(dice);
    if (shield.admit(charges.toArray(Charge[]::new)) instanceof Admitted admitted) {
      taken(charges, line, admitted);
    }
  }

  /**
   * A request is admitted by the model, and overtakes none: one before it that waits does so for
   * another limit too.
   */
  private void taken(List<Charge> charges, List<Waiting> before, Admitted admitted) {
    long now = ticker.nanos();
    for (Charge charge : charges) {
      assertThat(model(charge).waitNanos(now, charge.permits()))
          .as("%s", charge)
          .isZero();
    }
    for (int i = 0; i < before.size(); i++) {
      Waiting each = before.get(i);
      List<Waiting> older = before.subList(0, i);
      List<Charge> queuedDemand = each.charges().stream()
          .filter(wanted ->
              permitsBefore(older, wanted) + wanted.permits() > model(wanted).remaining(now))
          .toList();
      boolean isShort = queuedDemand.stream()
          .anyMatch(wanted -> model(wanted).waitNanos(now, wanted.permits()) > 0);
      boolean sharesAll = queuedDemand.stream()
          .allMatch(wanted -> charges.stream().anyMatch(it -> model(it) == model(wanted)));
      assertThat(isShort && sharesAll).as("overtook %s", each).isFalse();
    }
    charges.forEach(charge -> model(charge).take(now, charge.permits()));
    open.add(admitted);
    assertThat(open).hasSizeLessThanOrEqualTo(CAP);
  }

  /**
   * A request waits for a limit that rejects it, even if it were alone, or that those before it
   * wait for; or for a slot.
   */
  private void assertNoneWaitsInVain() {
    long now = ticker.nanos();
    for (int i = 0; i < line.size(); i++) {
      List<Waiting> before = line.subList(0, i);
      Waiting waiting = line.get(i);
      assertThat(waiting.deadline() - now).as("time left").isPositive();
      boolean isLimited = waiting.charges().stream()
          .anyMatch(charge -> model(charge).waitNanos(now, charge.permits()) > 0
              || before.stream()
                  .flatMap(each -> each.charges().stream())
                  .anyMatch(each -> model(each) == model(charge)
                      && model(each).waitNanos(now, each.permits()) > 0)
              || permitsBefore(before, charge) + charge.permits()
                  > model(charge).remaining(now));
      assertThat(isLimited || open.size() == CAP)
          .as("waits for something: %s", waiting)
          .isTrue();
    }
  }

  private long permitsBefore(List<Waiting> before, Charge charge) {
    return before.stream()
        .flatMap(each -> each.charges().stream())
        .filter(each -> model(each) == model(charge))
        .mapToLong(Charge::permits)
        .sum();
  }

  private void leave(List<Integer> dice) {
    if (!line.isEmpty()) {
      line.get(dice.get(0) % line.size()).answer().cancel(false);
    }
  }

  private void close(List<Integer> dice) {
    if (!open.isEmpty()) {
      open.remove(dice.get(0) % open.size()).close();
    }
  }

  private void closeAll() {
    while (!open.isEmpty()) {
      open.remove(0).close();
    }
  }

  private List<Charge> charges(List<Integer> dice) {
    String key = KEYS.get(dice.get(0) % 3);
    List<Charge> charges = new ArrayList<>(List.of(
        Charge.of("everyone", 1 + dice.get(1) % 3),
        Charge.of("key", key, 1 + dice.get(1) / 3 % 3),
        Charge.of("tenant", KEYS.get(dice.get(0) / 3 % 3), 1 + dice.get(1) / 9 % 5)));
    if (dice.get(1) % 4 > 0) {
      charges.remove(dice.get(1) % 4 - 1);
    }
    return charges;
  }

  private ModelLimit model(Charge charge) {
    return requireNonNull(models.get(charge.limit() + charge.key()));
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Deed> deeds = Arbitraries.frequency(
        Tuple.of(8, Deed.WAIT),
        Tuple.of(3, Deed.ADMIT),
        Tuple.of(1, Deed.LEAVE),
        Tuple.of(7, Deed.CLOSE));
    Arbitrary<Long> pauses = Arbitraries.frequencyOf(
        Tuple.of(4, Arbitraries.just(0L)),
        Tuple.of(6, Arbitraries.longs().between(1, 300_000_000)),
        Tuple.of(1, Arbitraries.longs().between(1, 3_000_000_000L)));
    Arbitrary<List<Integer>> dice =
        Arbitraries.integers().between(0, 10_000).list().ofSize(3);
    return Combinators.combine(deeds, pauses, dice)
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(50);
  }
}
