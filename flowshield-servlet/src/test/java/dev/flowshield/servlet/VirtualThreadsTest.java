package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VirtualThreadsTest {

  private static final int FIRST_JAVA_WITH_THEM = 21;

  @Test
  void theThreadOfATestIsNone() {
    assertThat(VirtualThreads.isCurrent()).isFalse();
  }

  @Test
  void aTaskRunsInOneWhereTheJvmHasThem() throws Exception {
    if (Runtime.version().feature() < FIRST_JAVA_WITH_THEM) {
      return; // the other test has shown that the method is not called then
    }
    CompletableFuture<Boolean> isInOne = new CompletableFuture<>();

    VirtualThreads.run(() -> isInOne.complete(VirtualThreads.isCurrent()));

    assertThat(isInOne.get(FilterFixture.PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .isTrue();
  }
}
