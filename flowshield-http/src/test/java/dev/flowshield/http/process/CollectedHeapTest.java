package dev.flowshield.http.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flowshield.http.HttpShield;
import java.lang.ref.Reference;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CollectedHeapTest {

  private final CollectedHeap heap = new CollectedHeap();

  @Test
  void seesWhatCollectionsLeaveInUse() {
    System.gc();
    double before = heap.used();
    byte[][] held = new byte[40][1 << 20];
    try {
      System.gc();
      double size = 40.0 * (1 << 20) / Runtime.getRuntime().maxMemory();

      assertThat(before).isStrictlyBetween(0.0, 1.0);
      assertThat(heap.used() - before).isBetween(0.5 * size, 3 * size);
    } finally {
      Reference.reachabilityFence(held);
    }
  }

  @Test
  void seesHowLongCollectionsTake() {
    long before = heap.collectingNanos();
    while (heap.collectingNanos() == before) { // in milliseconds
      System.gc();
    }
    assertThat(heap.collectingNanos()).isGreaterThan(before);
  }

  @Test
  void theSettingIsOnOrOff() {
    assertThat(HttpShield.fromConfiguration(Map.of("memory-guard", "off")).toString())
        .isEqualTo(HttpShield.fromConfiguration(Map.of("memory-guard", "on")).toString());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.fromConfiguration(Map.of("memory-guard", "false")))
        .withMessageContaining("memory-guard")
        .withMessageContaining("must be on or off, got 'false': write one of these");
  }
}
