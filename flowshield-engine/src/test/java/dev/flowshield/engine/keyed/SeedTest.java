package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeedTest {

  @Test
  void isThatOfAProcessBeforeIfItIsTakenOverInTime() {
    Seed before = new Seed();
    long hash = before.use().hash("alice");
    Seed after = new Seed();

    assertThat(after.adopt(before.first(), before.second())).isTrue();

    assertThat(after.use().hash("alice")).isEqualTo(hash);
    assertThat(after.adopt(before.first(), before.second())).as("the same").isTrue();
  }

  @Test
  void doesNotChangeOnceItIsUsed() {
    Seed seed = new Seed();
    long hash = seed.use().hash("alice");

    assertThat(seed.adopt(1, 2)).isFalse();

    assertThat(seed.use().hash("alice")).isEqualTo(hash);
  }

  @Test
  void isAnotherInEachProcess() {
    assertThat(new Seed().first()).isNotEqualTo(new Seed().first());
    assertThat(new Seed().second()).isNotEqualTo(new Seed().second());
  }
}
