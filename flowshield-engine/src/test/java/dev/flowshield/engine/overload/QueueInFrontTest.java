package dev.flowshield.engine.overload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whether a queue stands in front. */
class QueueInFrontTest {

  private static final long MILLI = 1_000_000;

  private final QueueInFront queue = new QueueInFront();
  private long now = Long.MAX_VALUE - 100 * MILLI; // wraps around meanwhile

  private void sample(long waitedMillis) {
    now += 25 * MILLI;
    queue.waited(waitedMillis * MILLI, now);
  }

  private void samples(int count, long waitedMillis) {
    for (int i = 0; i < count; i++) {
      sample(waitedMillis);
    }
  }

  @Test
  void standsIfAllHaveWaitedForTwoIntervals() {
    samples(8, 6);
    assertThat(queue.stands(false)).isFalse();
    sample(6);
    assertThat(queue.stands(false)).isTrue();
  }

  @Test
  void doesNotStandIfOneHasNotWaited() {
    samples(8, 6);
    sample(4);
    samples(3, 6);
    assertThat(queue.stands(false)).isFalse();
    samples(9, 6);
    assertThat(queue.stands(false)).isTrue();
  }

  @Test
  void standsNoMoreOnceOneHasNotWaited() {
    samples(9, 6);
    sample(0);
    assertThat(queue.stands(false)).isFalse();
  }

  @Test
  void hasToStandAsLongAgain() {
    samples(9, 6);
    queue.restart();
    assertThat(queue.stands(false)).isFalse();
    samples(7, 6);
    assertThat(queue.stands(false)).isFalse();
    sample(6);
    assertThat(queue.stands(false)).isTrue();
  }

  @Test
  void doesNotStandBeforeAnythingIsKnown() {
    assertThat(queue.stands(false)).isFalse();
  }

  @Test
  void standsLongerAfterAPause() {
    samples(40, 6);
    assertThat(queue.stands(true)).isFalse();
    sample(6);
    assertThat(queue.stands(true)).isTrue();
  }
}
