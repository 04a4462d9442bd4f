package dev.flowshield.http.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** That what runs later keeps no application in memory. */
class ProcessTimerTest {

  @Test
  void runsTasksAfterAWhile() throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(2);

    ProcessTimer.after(1, TimeUnit.MILLISECONDS).execute(ran::countDown);
    ProcessTimer.shortTaskAfter(1, TimeUnit.MILLISECONDS).execute(ran::countDown);

    assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void isAskedWithoutTheLoaderOfTheApplication() throws Exception {
    List<@Nullable ClassLoader> seen = new ArrayList<>();
    asApplication(
        () -> ProcessTimer.withoutApplication(task -> seen.add(contextLoader())).execute(() -> {}));

    assertThat(seen).containsExactly(ClassLoader.getSystemClassLoader());
  }

  @Test
  void leavesTheLoaderOfTheApplicationToItsThreadEvenIfItFails() throws Exception {
    asApplication(() -> {
      ClassLoader application = contextLoader();
      assertThatThrownBy(() -> ProcessTimer.withoutApplication(task -> {
                throw new RejectedExecutionException();
              })
              .execute(() -> {}))
          .isInstanceOf(RejectedExecutionException.class);
      assertThat(contextLoader()).isSameAs(application);
    });
  }

  private static void asApplication(Runnable call) throws Exception {
    ClassLoader before = contextLoader();
    try (URLClassLoader application = new URLClassLoader(new URL[0])) {
      Thread.currentThread().setContextClassLoader(application);
      call.run();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  private static @Nullable ClassLoader contextLoader() {
    return Thread.currentThread().getContextClassLoader();
  }
}
