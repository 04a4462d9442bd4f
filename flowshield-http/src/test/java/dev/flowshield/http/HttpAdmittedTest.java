package dev.flowshield.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How the end of a request is found that no server tells. Looks are made by hand. */
class HttpAdmittedTest {

  private static final int LOOKS_OF_PATIENCE = 10; // five seconds

  private final FlowShield shield = FlowShield.builder().inFlight(100).build();
  private final Queue<Runnable> looks = new ArrayDeque<>();
  private final Unfinished unfinished = new Unfinished(looks::add);
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
  void whatHoldsNoPlaceIsNotLookedAtAndNeverClosed() {
    HttpAdmitted.WITHOUT_PLACE.watch(() -> Progress.ENDED);
    HttpAdmitted.WITHOUT_PLACE.close();
    assertThat(HttpAdmitted.WITHOUT_PLACE.isClosed()).isFalse();
  }

  private HttpAdmitted admitted() {
    return new HttpAdmitted((Admitted) shield.admit("someone"), unfinished);
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      Objects.requireNonNull(looks.poll(), "a look that was planned").run();
    }
  }
}
