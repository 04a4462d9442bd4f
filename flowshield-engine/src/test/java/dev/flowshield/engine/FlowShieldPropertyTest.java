package dev.flowshield.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** A shield with three limits, step by step beside an exact model of it. */
class FlowShieldPropertyTest {

  private enum Deed {
    ADMIT,
    ADMIT_USUAL,
    RESERVE,
    SETTLE,
    CHANGE
  }

  /**
   * One step.
   *
   * @param pause how long after the one before
   * @param dice what the deed needs to choose
   */
  record Step(Deed deed, long pause, List<Integer> dice) {}

  /** What was reserved, and by whom: the shield's and the model's. */
  private record Open(Admitted admitted, List<Charge> charges, List<ModelLimit.Taken> taken) {}

  // Each permit takes a whole number of nanoseconds, so the model is exact.
  private static final Map<String, List<String>> LIMITS = new LinkedHashMap<>(Map.of(
      "everyone", List.of("10/s", "5/s burst 20", "20/s burst 7"),
      "key", List.of("8/s burst 6, 30/min burst 12", "4/s, 20/min", "10/s burst 9, 60/min burst 5"),
      "tenant", List.of("10/s burst 15", "2/s burst 4", "100/s burst 8")));
  private static final List<String> NAMES = List.of("everyone", "key", "tenant");
  private static final List<String> KEYS = keysOfTwoSegments();

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Map<String, ModelLimit> models = new LinkedHashMap<>();
  private final List<Open> open = new ArrayList<>();
  private FlowShield shield = FlowShield.builder().inFlight(1).build(); // until a try begins

  @Property
  void doesWhatTheModelDoes(@ForAll("steps") List<Step> steps) {
    shield = FlowShield.builder()
        .ticker(ticker)
        .limit(limits("everyone").get(0))
        .perKey(limits("key").get(0))
        .named(Limit.each("tenant", limits("tenant").get(0)))
        .inFlight(1_000_000)
        .build();
    models.clear();
    open.clear();
    for (String name : NAMES) {
      for (String key : name.equals("everyone") ? List.of("") : KEYS) {
        models.put(
            name + key, new ModelLimit(RateLimit.parseAll(limits(name).get(0)), ticker.nanos()));
      }
    }
    for (Step step : steps) {
      ticker.advanceNanos(step.pause());
      switch (step.deed()) {
        case ADMIT -> ask(charges(step.dice()), false, true);
        case ADMIT_USUAL -> ask(usual(step.dice()), false, false);
        case RESERVE -> ask(charges(step.dice()), true, true);
        case SETTLE -> settle(step.dice());
        case CHANGE -> change(step.dice());
      }
      assertSame();
    }
  }

  private void ask(List<Charge> charges, boolean reserve, boolean named) {
    long now = ticker.nanos();
    long wait = charges.stream()
        .mapToLong(charge -> model(charge).waitNanos(now, charge.permits()))
        .max()
        .orElse(0);
    Admission admission = answer(charges, reserve, named);
    if (admission instanceof Admitted admitted) {
      assertThat(wait).as("the model would admit").isZero();
      List<ModelLimit.Taken> taken = charges.stream()
          .map(charge -> model(charge).take(now, charge.permits()))
          .toList();
      if (reserve) {
        open.add(new Open(admitted, charges, taken));
      }
      admitted.close();
      return;
    }
    OverLimit rejection = (OverLimit) admission;
    assertThat(rejection.retryAfterNanos()).as("wait of the model").isEqualTo(wait);
    assertThat(charges).anySatisfy(charge -> {
      assertThat(charge.limit()).isEqualTo(rejection.name());
      assertThat(model(charge).waitNanos(now, charge.permits())).isEqualTo(wait);
      assertThat(rejection.remaining()).isLessThan(charge.permits());
    });
  }

  private Admission answer(List<Charge> charges, boolean reserve, boolean named) {
    if (!named) {
      Charge each = charges.get(1);
      return shield.admit(each.key(), each.permits());
    }
    Charge[] all = charges.toArray(Charge[]::new);
    return reserve ? shield.admit(Request.of(all).reserved()) : shield.admit(all);
  }

  private void settle(List<Integer> dice) {
    if (open.isEmpty()) {
      return;
    }
    Open chosen = open.remove(dice.get(0) % open.size());
    List<Charge> used = new ArrayList<>();
    for (int i = 0; i < chosen.charges().size(); i++) {
      Charge charge = chosen.charges().get(i);
      long permits = dice.get(1 + i) % (2 * charge.permits() + 1);
      used.add(Charge.of(charge.limit(), charge.key(), permits));
      model(charge).settle(chosen.taken().get(i), permits, ticker.nanos());
    }
    chosen.admitted().settle(used.toArray(Charge[]::new));
    chosen.admitted().settle(used.toArray(Charge[]::new)); // counts no more
  }

  private void change(List<Integer> dice) {
    String name = NAMES.get(dice.get(0) % NAMES.size());
    String to = limits(name).get(dice.get(1) % 3);
    shield.change(Map.of(name, to));
    models.forEach((key, model) -> {
      if (key.startsWith(name)) {
        model.change(RateLimit.parseAll(to), ticker.nanos());
      }
    });
  }

  private void assertSame() {
    models.forEach((id, model) -> {
      String name = NAMES.stream().filter(id::startsWith).findFirst().orElseThrow();
      assertThat(shield.peek(name, id.substring(name.length())).remaining())
          .as("left of %s", id)
          .isEqualTo(model.remaining(ticker.nanos()));
    });
  }

  /** One to three charges, each of another limit. */
  private List<Charge> charges(List<Integer> dice) {
    List<Charge> charges = new ArrayList<>();
    for (int i = 0; i < NAMES.size(); i++) {
      if (dice.get(i) % 3 > 0 || (i == 2 && charges.isEmpty())) {
        String name = NAMES.get(i);
        String key = name.equals("everyone") ? "" : KEYS.get(dice.get(i) / 3 % 2);
        long burst = model(name, key).burst();
        charges.add(Charge.of(name, key, 1 + dice.get(i) / 6 % burst));
      }
    }
    return charges;
  }

  private List<Charge> usual(List<Integer> dice) {
    String key = KEYS.get(dice.get(0) % 2);
    long burst = Math.min(model("everyone", "").burst(), model("key", key).burst());
    long permits = 1 + dice.get(1) % burst;
    return List.of(Charge.of("everyone", permits), Charge.of("key", key, permits));
  }

  private ModelLimit model(Charge charge) {
    return model(charge.limit(), charge.key());
  }

  private ModelLimit model(String name, String key) {
    return requireNonNull(models.get(name + key));
  }

  /** What a limit may be changed to; the first is what it begins with. */
  private static List<String> limits(String name) {
    return requireNonNull(LIMITS.get(name));
  }

  /**
   * Two keys that never share a part of a table, in which one's slot may make the other get less
   * back than the model says.
   */
  private static List<String> keysOfTwoSegments() {
    String first = "a";
    String other = "b";
    while (KeyTable.hashOf(first) >>> 56 == KeyTable.hashOf(other) >>> 56) {
      other += "b";
    }
    return List.of(first, other);
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Deed> deeds = Arbitraries.frequency(
        Tuple.of(4, Deed.ADMIT),
        Tuple.of(4, Deed.ADMIT_USUAL),
        Tuple.of(5, Deed.RESERVE),
        Tuple.of(5, Deed.SETTLE),
        Tuple.of(1, Deed.CHANGE));
    Arbitrary<Long> pauses = Arbitraries.frequencyOf(
        Tuple.of(3, Arbitraries.just(0L)),
        Tuple.of(6, Arbitraries.longs().between(1, 300_000_000)),
        Tuple.of(1, Arbitraries.longs().between(1, 20_000_000_000L)));
    Arbitrary<List<Integer>> dice =
        Arbitraries.integers().between(0, 10_000).list().ofSize(4);
    return Combinators.combine(deeds, pauses, dice)
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(60);
  }
}
