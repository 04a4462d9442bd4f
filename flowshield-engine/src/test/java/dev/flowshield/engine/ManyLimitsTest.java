package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A shield with as many limits as routes and plans may need. */
class ManyLimitsTest {

  private static final int SHIELDS = 20;

  private final FlowShieldBuilder settings = FlowShield.builder();

  /** Of several measurements the least, as other code of the process may take memory meanwhile. */
  @Test
  void takesLessThanAMegabyteForAThousandLimitsThatAreNotUsed() {
    for (int i = 0; i < 1_000; i++) {
      settings.named(Limit.each("limit-" + i, "100/s"));
    }
    assertThat(LongStream.generate(this::bytesOfOne).limit(3).min().orElseThrow())
        .isBetween(100_000L, 1_000_000L);
  }

  private long bytesOfOne() {
    List<FlowShield> kept = new ArrayList<>();
    kept.add(settings.build()); // loads classes
    long before = used();
    for (int i = 0; i < SHIELDS; i++) {
      kept.add(settings.build());
    }
    long bytes = (used() - before) / SHIELDS;
    assertThat(kept).allMatch(shield -> shield.limits().size() == 1_000);
    return bytes;
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void makesTheTableOfALimitWhenItsFirstKeyComes() {
    FlowShield shield = settings
        .named(Limit.each("used", "1/day"))
        .named(Limit.each("looked-at", "1/day"))
        .named(Limit.each("changed", "5/day, 9/day burst 5"))
        .build();
    shield.change(Limit.each("changed", "2/day, 9/day burst 2"));
    shield.admit(Charge.of("used", "alice"));
    shield.admit(Charge.of("used", "alice"));

    assertThat(shield.peek("looked-at", "alice").remaining()).isEqualTo(1);
    assertThat(shield.admit(Charge.of("changed", "alice", 2))).isInstanceOf(Admitted.class);
    assertThat(shield.peek("changed", "alice").remaining()).isZero();
    ShieldStats stats = shield.stats();
    assertThat(stats.limit("used").tracked()).isEqualTo(1);
    assertThat(stats.limit("used").rejected()).isEqualTo(1);
    assertThat(stats.limit("looked-at").tracked()).isZero();
    assertThat(stats.limit("looked-at").maxKeys()).isGreaterThanOrEqualTo(1_000_000);
  }
}
