package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class AdmissionCountTest {

  private static final class WithoutMemory extends LongAdder {

    private static final long serialVersionUID = 1L;

    @Override
    public void increment() {
      if (sum() >= 2) {
        throw new OutOfMemoryError("for one more cell");
      }
      super.increment();
    }
  }

  @Test
  void countsAlsoWhenThereIsNoMemoryForOneMoreCell() {
    AdmissionCount count = new AdmissionCount(new WithoutMemory());
    for (int i = 0; i < 5; i++) {
      count.increment();
    }

    assertThat(count.sum()).isEqualTo(5);
  }
}
