package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.ManualTicker;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What an answer costs in memory: yes or no costs nothing, more than that costs one small object.
 */
@Tag("jdk-tools")
class AllocationTest {

  private static final int CALLS = 20_000;
  private static final int ROUNDS = 30;
  private static final double NOTHING = 0.01; // the measuring itself, spread over the calls
  private static final double SMALL_OBJECT = 40;
  private static final double REJECTION = 48; // with the limit's name

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final ManualTicker ticker = ManualTicker.atZero();
  private long nanos;
  private final RateLimiter plenty = limiter("1000000/s burst 1000000000");
  private final RateLimiter small = RateLimiter.of( // its permits are on one word, not in cells
      "token-bucket", LimiterSpec.of(RateLimit.parse("1000000/s burst 10")).withTicker(this::next));
  private final RateLimiter spent = limiter("1/day");
  private final String[] keys = new String[100];
  private final Random random = new Random(1);

  /** Fills the tables: what a key costs when it is new is counted elsewhere. */
  AllocationTest() {
    for (int i = 0; i < keys.length; i++) {
      keys[i] = "key-" + i;
      plenty.tryAcquire(keys[i]);
      spent.tryAcquire(keys[i]);
    }
    spent.tryAcquire();
  }

  @Test
  void yesOrNoAllocatesNothingWhenAdmitted() {
    assertThat(bytes(i -> plenty.tryAcquire())).isLessThan(NOTHING);
    assertThat(bytes(i -> small.tryAcquire())).isLessThan(NOTHING);
    assertThat(bytes(i -> plenty.tryAcquire(keys[i % keys.length]))).isLessThan(NOTHING);
  }

  @Test
  void yesOrNoAllocatesNothingWhenRejected() {
    assertThat(bytes(i -> spent.tryAcquire())).isLessThan(NOTHING);
    assertThat(bytes(i -> spent.tryAcquire(keys[i % keys.length]))).isLessThan(NOTHING);
  }

  @Test
  void aDecisionIsOneSmallObject() {
    assertThat(bytes(i -> plenty.decide().isAdmitted())).isLessThanOrEqualTo(SMALL_OBJECT);
    assertThat(bytes(i -> plenty.decide(keys[i % keys.length]).isAdmitted()))
        .isLessThanOrEqualTo(SMALL_OBJECT);
    assertThat(bytes(i -> spent.decide().isAdmitted())).isLessThanOrEqualTo(SMALL_OBJECT);
    assertThat(bytes(i -> spent.decide(keys[i % keys.length]).isAdmitted()))
        .isLessThanOrEqualTo(SMALL_OBJECT);
  }

  @Test
  void anAdmissionIsOneSmallObject() {
    FlowShield shield = FlowShield.builder()
        .limit("10000000/s burst 1000000000")
        .perKey("1000000/s burst 1000000000")
        .inFlight(10)
        .ticker(ticker)
        .build();

    assertThat(bytes(i -> close(shield.admit(keys[i % keys.length]))))
        .isLessThanOrEqualTo(SMALL_OBJECT);
  }

  @Test
  void anAdmissionByManyLimitsIsOneSmallObject() {
    FlowShield shield = FlowShield.builder()
        .limit("10000000/s burst 1000000000, 9000000/s burst 1000000000")
        .perKey("1000000/s burst 1000000000, 900000/s burst 1000000000")
        .named(Limit.each("tenant", "1/day"))
        .inFlight(10)
        .ticker(ticker)
        .build();
    FlowShield shadowed = FlowShield.builder()
        .limit("10000000/s burst 1000000000")
        .limit(Limit.each("key", "1/day").shadow())
        .ticker(ticker)
        .build();
    for (String key : keys) {
      close(shadowed.admit(key));
    }

    assertThat(bytes(i -> close(shield.admit(keys[i % keys.length]))))
        .isLessThanOrEqualTo(SMALL_OBJECT);
    assertThat(bytes(i -> close(shadowed.admit(keys[i % keys.length]))))
        .isLessThanOrEqualTo(SMALL_OBJECT);
    assertThat(shadowed.stats().limits().get(1).rejected()).isPositive();
  }

  @Test
  void anAdmissionIsOneSmallObjectWhereTheCapIsFound() {
    FlowShield shield =
        FlowShield.builder().inFlight(InFlightLimit.auto()).ticker(ticker).build();

    assertThat(bytes(i -> close(shield.admit(keys[i % keys.length]))))
        .isLessThanOrEqualTo(SMALL_OBJECT);
  }

  @Test
  void anAdmissionByLimitsThatWereLookedUpIsOneSmallObject() {
    FlowShield shield = FlowShield.builder()
        .named(Limit.each("search", "1000000/s burst 1000000000"))
        .named(Limit.together("exports", "10000000/s burst 1000000000"))
        .inFlight(10)
        .ticker(ticker)
        .build();
    LimitSet limits = shield.limitSet("search", "exports");

    assertThat(bytes(i -> close(shield.admit(limits, keys[i % keys.length]))))
        .isLessThanOrEqualTo(SMALL_OBJECT);
  }

  /** Once as many sets of limits are kept as may be: a set is made, and not one for each charge. */
  @Test
  void chargesInAnOrderThatIsNotKeptCostInProportionToTheirNumber() {
    FlowShieldBuilder settings = FlowShield.builder().ticker(ticker);
    for (int i = 0; i < 16; i++) {
      settings.named(Limit.each("l" + i, "1000000/s burst 1000000000"));
    }
    FlowShield shield = settings.build();
    Charge[][] orders = orders(16);
    for (int i = 0; i < orders.length; i++) { // each with sets for its beginnings
      close(shield.admit(orders[i]));
    }
    Charge[][] long16 = orders(16);
    Charge[][] long8 = orders(8);

    assertThat(bytes(i -> close(shield.admit(long16[i])), long16.length, 3))
        .isLessThan(2.5 * bytes(i -> close(shield.admit(long8[i])), long8.length, 3));
  }

  private Charge[][] orders(int charges) {
    Charge[][] orders = new Charge[2_000][];
    for (int i = 0; i < orders.length; i++) {
      List<Charge> order = new ArrayList<>();
      for (int limit = 0; limit < 16; limit++) {
        order.add(Charge.of("l" + limit, "alice"));
      }
      Collections.shuffle(order, random);
      orders[i] = order.subList(0, charges).toArray(Charge[]::new);
    }
    return orders;
  }

  @Test
  void aRejectionIsAtMostOneSmallObject() {
    FlowShield over = FlowShield.builder()
        .limit("1000/s, 2000/h")
        .perKey("1/day, 2/day")
        .ticker(ticker)
        .build();
    FlowShield full = FlowShield.builder().inFlight(1).ticker(ticker).build();
    for (String key : keys) {
      over.admit(key);
    }
    full.admit("stays");

    assertThat(bytes(i -> close(over.admit(keys[i % keys.length])))).isLessThanOrEqualTo(REJECTION);
    assertThat(bytes(i -> close(full.admit(keys[i % keys.length])))).isLessThan(NOTHING);
  }

  @Test
  void aStrangerRejectedAtAFullTableAllocatesNothing() {
    RateLimiter small = RateLimiter.of(
        "token-bucket",
        LimiterSpec.of(RateLimit.parse("1/day")).withTicker(ticker).withMaxKeys(10));
    String[] strangers = new String[20_000];
    for (int i = 0; i < strangers.length; i++) {
      strangers[i] = "stranger-" + i;
      small.tryAcquire(strangers[i]);
    }

    assertThat(bytes(i -> small.tryAcquire(strangers[i]))).isLessThan(NOTHING);
  }

  private interface Call {
    boolean run(int i);
  }

  /** Bytes a call, the least of many rounds: before the last the compiler may still be at work. */
  private double bytes(Call call) {
    return bytes(call, CALLS, ROUNDS);
  }

  private double bytes(Call call, int calls, int rounds) {
    long least = Long.MAX_VALUE;
    int yes = 0;
    for (int round = 0; round < rounds; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < calls; i++) {
        if (call.run(i)) {
          yes++;
        }
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(yes)
        .isBetween(0, calls * rounds); // the answers are used, so nothing is optimised away
    return (double) least / calls;
  }

  private static boolean close(Admission admission) {
    if (admission instanceof Admitted admitted) {
      admitted.close();
      return true;
    }
    return false;
  }

  private long next() {
    nanos += 1000;
    return nanos;
  }

  private RateLimiter limiter(String limit) {
    return RateLimiter.of(
        "token-bucket", LimiterSpec.of(RateLimit.parse(limit)).withTicker(ticker));
  }
}
