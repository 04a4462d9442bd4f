package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Requests whose limit is kept elsewhere, by a server whose threads must not wait. */
@SuppressWarnings("FutureReturnValueIgnored") // of what is asked only to spend permits
class AsyncDecisionTest {

  private final Deque<CompletableFuture<Decision>> questions = new ArrayDeque<>();
  private final Deque<Runnable> tasks = new ArrayDeque<>(); // of the server's thread

  private final RateLimiter elsewhere = new RateLimiter() {
    @Override
    public Decision decide(String key, long permits) {
      throw new AssertionError("a thread would have waited");
    }

    @Override
    public CompletionStage<Decision> decideAsync(String key, long permits) {
      CompletableFuture<Decision> answer = new CompletableFuture<>();
      questions.add(answer);
      return answer;
    }
  };

  private final HttpShield shield = HttpShield.builder()
      .perClient("3/day")
      .limit(Limit.each("elsewhere", "5/s").withLimiter(elsewhere))
      .inFlight(5)
      .operations(o -> o.ticker(ManualTicker.atZero()))
      .build();

  private CompletableFuture<HttpAdmission> ask() {
    return shield.admitAsync(FakeRequest.from(CLIENT), tasks::add);
  }

  private long left() {
    return shield.engine().peek("client", CLIENT).remaining();
  }

  @Test
  void areFinishedByTheServersThread() {
    CompletableFuture<HttpAdmission> answer = ask();
    questions.remove().complete(new Decision.Admitted(4));
    assertThat(answer).isNotDone();

    tasks.remove().run();

    assertThat(answer.join()).isInstanceOf(HttpAdmitted.class);
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    assertThat(left()).isEqualTo(2);
  }

  @Test
  void areRejectedFromElsewhere() {
    CompletableFuture<HttpAdmission> answer = ask();
    questions.remove().complete(new Decision.Rejected(0, 1_000_000_000L, "5/s"));
    tasks.remove().run();

    assertThat(answer.join()).isInstanceOf(ShieldResponse.class);
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(left()).isEqualTo(3);
  }

  @Test
  void areNotAskedElsewhereIfTheyAreRejectedHere() {
    for (int i = 0; i < 3; i++) {
      ask();
      questions.remove().complete(new Decision.Admitted(4));
      tasks.remove().run();
    }

    assertThat(ask().join()).isInstanceOf(ShieldResponse.class);
    assertThat(questions).isEmpty();
    assertThat(tasks).isEmpty();
  }

  @Test
  void giveEverythingBackIfTheCallerLeavesBeforeTheAnswer() {
    CompletableFuture<HttpAdmission> answer = ask();
    answer.cancel(false);
    questions.remove().complete(new Decision.Admitted(4));
    tasks.forEach(Runnable::run);

    assertThat(shield.stats().inFlight()).isZero();
    assertThat(left()).isEqualTo(3);
  }

  @Test
  void giveThePlaceBackIfTheCallerLeavesBeforeTheServersThreadComes() {
    CompletableFuture<HttpAdmission> answer = ask();
    questions.remove().complete(new Decision.Admitted(4));
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    answer.cancel(false);
    tasks.remove().run();

    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void giveThePlaceBackIfTheServerGoesDown() {
    CompletableFuture<HttpAdmission> answer = shield.admitAsync(FakeRequest.from(CLIENT), task -> {
      throw new RejectedExecutionException("part of the test");
    });
    questions.remove().complete(new Decision.Admitted(4));

    assertThatThrownBy(answer::join).hasMessageContaining("part of the test");
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void failWithTheLimiter() {
    CompletableFuture<HttpAdmission> answer = ask();
    questions.remove().completeExceptionally(new IllegalStateException("part of the test"));
    tasks.remove().run();

    assertThatThrownBy(answer::join).hasMessageContaining("part of the test");
    assertThat(left()).isEqualTo(3);
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void failIfTheLimiterTakesTooLong() {
    CompletableFuture<HttpAdmission> answer = ask();
    // What the timer does after five seconds.
    questions.remove().completeExceptionally(new TimeoutException());
    tasks.remove().run();

    assertThatThrownBy(answer::join)
        .hasMessageContaining("a limiter must answer within 5 seconds, got no answer");
  }

  @Test
  void waitOnAThreadThatMay() {
    HttpShield sync = HttpShield.builder()
        .limit(Limit.each("elsewhere", "5/s").withLimiter((key, permits) -> {
          if (key.equals("192.0.2.9")) {
            throw new IllegalStateException("part of the test");
          }
          return new Decision.Admitted(1);
        }))
        .build();
    assertThat(sync.isSynchronous()).isFalse();
    assertThat(sync.admit(FakeRequest.from(CLIENT))).isInstanceOf(HttpAdmitted.class);
    assertThatThrownBy(() -> sync.admit(FakeRequest.from("192.0.2.9")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("part of the test");
  }

  @Test
  void areAnsweredAtOnceWhereTheEngineKeepsAllLimits() {
    HttpShield here = HttpShield.builder().perClient("1/day").build();
    assertThat(here.isSynchronous()).isTrue();
    assertThat(here.admitAsync(FakeRequest.from(CLIENT), tasks::add).join())
        .isInstanceOf(HttpAdmitted.class);
    assertThat(here.admitAsync(FakeRequest.from(CLIENT), tasks::add).join())
        .isInstanceOf(ShieldResponse.class);
    assertThat(tasks).isEmpty();
  }

  @Test
  void areNotAskedElsewhereIfTheyAreLeftAloneOrDenied() {
    HttpShield denying = HttpShield.builder()
        .limit(Limit.each("elsewhere", "5/s").withLimiter(elsewhere))
        .clients(c -> c.deny("192.0.2.0/24"))
        .build();
    FakeRequest health = new FakeRequest("GET", "/health", CLIENT);
    assertThat(denying.admitAsync(health, tasks::add).join()).isInstanceOf(HttpAdmitted.class);
    assertThat(denying.admitAsync(FakeRequest.from(CLIENT), tasks::add).join())
        .isInstanceOf(ShieldResponse.class);
    assertThat(questions).isEmpty();
  }
}
