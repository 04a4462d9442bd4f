package dev.flowshield.checks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class HeapTest {

  private static final long MB = 1 << 20;

  private static List<Long> heap(long... megabytes) {
    return LongStream.of(megabytes).mapToObj(each -> each * MB).toList();
  }

  @Test
  void isFlatWhereItComesAndGoes() {
    assertThat(Heap.faults(heap(10, 20, 50, 52, 49, 51, 50, 53, 50, 54, 52))).isEmpty();
  }

  @Test
  void doesNotLookAtTheFirstSamples() {
    assertThat(Heap.faults(heap(5, 20, 50, 50, 50, 50, 50, 50))).isEmpty();
  }

  @Test
  void mayGrowByATenthAndThreeMegabytes() {
    assertThat(Heap.faults(heap(5, 20, 50, 50, 54, 54, 58, 58))).isEmpty();
    assertThat(Heap.faults(heap(5, 20, 50, 50, 54, 54, 59, 59))).hasSize(1);
  }

  @Test
  void doesNotMistakeOneLargeSampleForGrowth() {
    assertThat(Heap.faults(heap(5, 20, 50, 50, 50, 50, 50, 50, 50, 500, 50))).isEmpty();
  }

  @Test
  void findsGrowthThatGoesOn() {
    assertThat(Heap.faults(heap(40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62, 64)))
        .hasSize(1);
  }
}
