package dev.flowshield.http.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.http.binding.Progress;
import dev.flowshield.http.binding.WatchedWork;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.StreamStats;
import dev.flowshield.http.stream.OpenStreams;
import dev.flowshield.http.stream.StreamCaps;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the end of a request is found that no server tells. Looks are made by hand. */
class AdmittedRequestTest {

  private static final int LOOKS_OF_PATIENCE = 10; // five seconds
  private static final int LOOKS_FOR_ROOM = 2; // a second

  private final FlowShield shield = FlowShield.builder().inFlight(100).build();
  private final FlowShield uncapped = FlowShield.builder().inFlight(1_000_000).build();
  private final Queue<Runnable> looks = new ArrayDeque<>();
  private final CompletionWatcher watcher = new CompletionWatcher(looks::add);
  private final OpenStreams streams = new OpenStreams(new StreamCaps(2, StreamCaps.NONE));
  private final AtomicInteger rejections = new AtomicInteger();
  private final AtomicReference<Progress> progress = new AtomicReference<>(Progress.GOING_ON);

  @Test
  void isClosedWhenTheWorkIsSeenToHaveEnded() {
    HttpAdmitted watched = admitted();
    watched.watch(progress::get);
    look(100);
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    progress.set(Progress.ENDED);
    look(1);
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(watched.isClosed()).isTrue();
  }

  @Test
  void isClosedAsIgnoredWhenThePatienceIsOver() {
    admitted().watch(progress::get);
    look(100);
    progress.set(Progress.CLIENT_GONE);
    look(LOOKS_OF_PATIENCE);
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    look(1);
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.stats().ignored()).isEqualTo(1);
  }

  @Test
  void isClosedAsASuccessWhenItWasHandedBackAndNothingMoreIsHeard() {
    admitted().watch(progress::get);
    look(100);
    progress.set(Progress.HANDED_BACK);
    look(LOOKS_OF_PATIENCE);
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    look(1);
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.stats().ignored()).isZero();
  }

  @Test
  void aLookIsPlannedWhileThereIsSomethingToLookAtAndOnceForAll() {
    HttpAdmitted first = admitted();
    HttpAdmitted second = admitted();
    first.watch(progress::get);
    second.watch(progress::get);
    assertThat(looks).hasSize(1);
    look(1);
    assertThat(looks).hasSize(1);
    first.close();
    second.close();
    look(1);
    assertThat(looks).isEmpty();
    admitted().watch(progress::get);
    assertThat(looks).hasSize(1);
  }

  @Test
  void whatIsClosedIsNotLookedAt() {
    AtomicInteger asked = new AtomicInteger();
    HttpAdmitted early = admitted();
    early.close();
    HttpAdmitted late = admitted();
    for (HttpAdmitted each : new HttpAdmitted[] {early, late}) {
      each.watch(() -> {
        asked.incrementAndGet();
        return Progress.GOING_ON;
      });
    }
    late.close();
    look(1);
    assertThat(asked).hasValue(0);
  }

  @Test
  void aStreamHoldsNoPlaceAndIsCountedUntilItIsClosed() {
    HttpAdmitted stream = admitted();
    stream.markAsStream();
    stream.markAsStream();
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.stats().ignored()).isEqualTo(1);
    assertThat(streams.stats().open()).isEqualTo(1);
    assertThat(stream.isClosed()).isFalse();

    stream.close();
    stream.close();
    stream.markAsStream();
    assertThat(streams.stats().open()).isZero();
    assertThat(stream.isClosed()).isTrue();
    assertThat(shield.stats().failed()).isZero();
  }

  @Test
  void aStreamBeyondTheCapIsCutOffIfThereIsNoRoomInASecond() {
    openAsManyAsMayBe();
    AtomicInteger cuts = new AtomicInteger();
    HttpAdmitted beyond = admitted();
    beyond.watch(new WatchedWork() {
      @Override
      public Progress progress() {
        return progress.get();
      }

      @Override
      public void cutOff() {
        cuts.incrementAndGet();
      }
    });
    progress.set(Progress.ESTABLISHED);
    look(LOOKS_FOR_ROOM);
    assertThat(cuts).hasValue(0);
    look(1);
    assertThat(cuts).hasValue(1);
    assertThat(streams.stats())
        .extracting(StreamStats::open, StreamStats::overLimit, StreamStats::shed)
        .containsExactly(2, 0L, 1L);
    assertThat(rejections).hasValue(1);
    look(10);
    assertThat(cuts).as("once").hasValue(1);
    assertThat(shield.stats().inFlight()).as("until it has ended").isEqualTo(1);

    progress.set(Progress.CLIENT_GONE);
    look(1);
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.stats().ignored()).isEqualTo(3);
  }

  @Test
  void aStreamBeyondTheCapIsOneIfThereIsRoomInTime() {
    HttpAdmitted first = openAsManyAsMayBe();
    HttpAdmitted third = admitted();
    third.watch(progress::get);
    progress.set(Progress.ESTABLISHED);
    look(LOOKS_FOR_ROOM);
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    first.close();
    look(1);
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(streams.stats())
        .extracting(StreamStats::open, StreamStats::overLimit, StreamStats::shed)
        .containsExactly(2, 0L, 0L);
  }

  @Test
  void aStreamThatOnlyTheApplicationKnowsStaysInFlightUntilThereIsRoom() {
    HttpAdmitted first = openAsManyAsMayBe();
    HttpAdmitted poll = admitted();
    poll.watch(progress::get);
    assertThat(poll.markAsStream()).isFalse();
    look(100);
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    first.close();
    look(1);
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(poll.markAsStream()).isTrue();
  }

  private HttpAdmitted openAsManyAsMayBe() {
    HttpAdmitted first = admitted();
    assertThat(first.markAsStream()).isTrue();
    assertThat(admitted().markAsStream()).isTrue();
    return first;
  }

  @Test
  void aStreamWhoseClientHasGoneEndsAfterHalfASecond() {
    HttpAdmitted stream = admitted();
    stream.watch(progress::get);
    stream.markAsStream();
    progress.set(Progress.CLIENT_GONE);
    look(1);
    assertThat(streams.stats().open()).isEqualTo(1);
    look(1);
    assertThat(streams.stats().open()).isZero();
    assertThat(stream.isClosed()).isTrue();
  }

  @Test
  void whatIsClosedBeforeItIsEstablishedIsNoStream() {
    HttpAdmitted closed = admitted();
    closed.close();
    closed.markAsStream();
    UnchargedRequest.INSTANCE.markAsStream();
    assertThat(streams.stats().open()).isZero();
    assertThat(shield.stats().ignored()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void twoThreadsAtOnceLeaveNothingCounted(boolean close) throws Exception {
    int rounds = 50_000;
    List<HttpAdmitted> all = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      all.add(new AdmittedRequest(
          (Admitted) uncapped.admit("someone"),
          new AdmittedRequest.Owner("shield", watcher, streams, rejections::incrementAndGet),
          "someone"));
    }
    AtomicInteger arrived = new AtomicInteger();
    Consumer<Consumer<HttpAdmitted>> inStep = action -> {
      for (int i = 0; i < rounds; i++) {
        arrived.incrementAndGet();
        while (arrived.get() < 2 * (i + 1)) {
          Thread.onSpinWait(); // so that both are at the same one at once
        }
        action.accept(all.get(i));
      }
    };
    CompletableFuture<Void> other = CompletableFuture.runAsync(
        () -> inStep.accept(close ? HttpAdmitted::close : HttpAdmitted::markAsStream));
    inStep.accept(each -> {
      each.markAsStream();
      each.close();
    });
    other.get();
    assertThat(streams.stats().open()).isZero();
    assertThat(streams.clients()).isZero();
    assertThat(uncapped.stats().inFlight()).isZero();
  }

  @Test
  void whatHoldsNoPlaceIsNotLookedAtAndNeverClosed() {
    UnchargedRequest.INSTANCE.watch(() -> Progress.ENDED);
    UnchargedRequest.INSTANCE.close();
    assertThat(UnchargedRequest.INSTANCE.isClosed()).isFalse();
  }

  @Test
  void tellsHowManyPlacesTheClientHoldsThatHoldsMost() {
    assertThat(watcher.mostOfOneClient()).isZero();
    HttpAdmitted closed = watched("alice");
    watched("alice");
    watched("alice");
    watched("bob");
    watched("bob").markAsStream();
    watched("bob").markAsStream();
    watched(null);
    watched(null);
    watched(null);
    watched(null);
    assertThat(watcher.mostOfOneClient()).isEqualTo(3);

    closed.close();
    assertThat(watcher.mostOfOneClient()).isEqualTo(2);
  }

  private HttpAdmitted watched(@Nullable String client) {
    HttpAdmitted one = new AdmittedRequest(
        (Admitted) shield.admit("someone"),
        new AdmittedRequest.Owner("shield", watcher, streams, rejections::incrementAndGet),
        client);
    one.watch(() -> Progress.GOING_ON);
    return one;
  }

  private HttpAdmitted admitted() {
    return new AdmittedRequest(
        (Admitted) shield.admit("someone"),
        new AdmittedRequest.Owner("shield", watcher, streams, rejections::incrementAndGet),
        "someone");
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      Objects.requireNonNull(looks.poll(), "a look that was planned").run();
    }
  }
}
