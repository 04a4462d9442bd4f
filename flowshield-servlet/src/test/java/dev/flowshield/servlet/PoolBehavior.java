package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tests of the origin of request threads. */
interface PoolBehavior {

  FilterFixture fixture();

  @Test
  default void findsThePoolOfTheContainer() throws Exception {
    CompletableFuture<String> ofRequest = new CompletableFuture<>();
    CompletableFuture<String> ofTask = new CompletableFuture<>();
    fixture()
        .start(context -> Endpoint.at("/pool", context, (request, response) -> {
          ofRequest.complete(poolOfThisThread());
          Executor found =
              Objects.requireNonNull(ContainerPool.of(new HttpServletRequestWrapper(request)));
          found.execute(() -> ofTask.complete(poolOfThisThread()));
        }));

    assertThat(fixture().get("/pool").statusCode()).isEqualTo(200);
    assertThat(ofTask.get(FilterFixture.PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .isEqualTo(ofRequest.join());
  }

  /** Returns the name of the pool, because its threads are numbered. */
  private static String poolOfThisThread() {
    String name = Thread.currentThread().getName();
    return name.substring(0, name.lastIndexOf('-'));
  }
}
