package dev.flowshield.http.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** That the cap in flight begins to reject, with which evidence, and that it has stopped. */
class SheddingLogTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTicker ticker = ManualTicker.atZero();
  private final List<String> lines = new ArrayList<>();
  private final Deque<Runnable> now = new ArrayDeque<>();
  private final Deque<Runnable> inASecond = new ArrayDeque<>();
  private final FlowShield engine =
      FlowShield.builder().inFlight(2).ticker(ticker).build();
  private final SheddingLog log = log(engine);

  private SheddingLog log(FlowShield shield) {
    SheddingDiagnosis signs = new SheddingDiagnosis(() -> -1, 1, () -> 0, (code, text) -> {});
    return new SheddingLog(shield, signs, lines::add, now::add, inASecond::add);
  }

  private void fill() {
    engine.admit();
    engine.admit();
  }

  private void reject(int times) {
    for (int i = 0; i < times; i++) {
      engine.admit();
      log.shed();
    }
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      ticker.advance(SECOND);
      inASecond.remove().run();
    }
  }

  @Test
  void saysOnceThatItShedsAndOnceThatItDoesNoMore() {
    fill();
    reject(3);
    assertThat(lines).as("not by the thread of the request").isEmpty();
    now.remove().run();
    assertThat(now).isEmpty();
    assertThat(lines)
        .containsExactly("FlowShield: sheds, with a cap in flight of 2: set as a number");

    for (int i = 0; i < 7; i++) {
      reject(10);
      pass(1);
    }
    pass(4);
    assertThat(lines).hasSize(1);
    assertThat(now).isEmpty();

    pass(1);
    assertThat(inASecond).isEmpty();
    assertThat(lines)
        .hasSize(2)
        .last()
        .isEqualTo(
            "FlowShield: sheds no more: 73 requests rejected by the cap in flight within 7 s,"
                + " and none in the last 5 s");
  }

  @Test
  void asksNothingOfAnApplicationThatWasStopped() {
    fill();
    reject(3);
    now.remove().run();

    log.close();
    inASecond.remove().run();
    reject(1);

    assertThat(lines).hasSize(1);
    assertThat(now).isEmpty();
    assertThat(inASecond).isEmpty();
  }

  @Test
  void countsEachTimeByItself() {
    fill();
    reject(3);
    now.remove().run();
    pass(6);
    assertThat(lines).last().asString().contains(" 3 requests rejected ", " within 1 s,");

    ticker.advance(Duration.ofMinutes(1));
    reject(4);
    now.remove().run();
    pass(6);
    assertThat(lines).hasSize(4).last().asString().contains(" 4 requests rejected ");
  }

  @Test
  void saysWithWhichEvidenceAndNumbers() {
    FlowShield finding = FlowShield.builder()
        .inFlight(InFlightLimit.auto())
        .processors(ticker::nanos, 1)
        .ticker(ticker)
        .build();
    SheddingLog ofFinding = log(finding);
    Deque<Admitted> running = new ArrayDeque<>();
    for (int milli = 0; lines.isEmpty() && milli < 6_000; milli++) { // ends one in a millisecond
      for (int i = 0; i < (milli < 3_000 ? 1 : 10); i++) {
        ticker.advance(Duration.ofNanos(milli < 3_000 ? 1_000_000 : 100_000));
        Admission admission = finding.admit();
        if (admission instanceof Admitted admitted) {
          running.add(admitted);
        } else {
          ofFinding.shed();
        }
      }
      running.remove().close();
      now.forEach(Runnable::run);
      now.clear();
      if (milli % 1_000 == 0) {
        Runnable due = inASecond.poll();
        if (due != null) {
          due.run();
        }
      }
    }

    assertThat(lines)
        .singleElement()
        .asString()
        .matches(
            "FlowShield: sheds, with a cap in flight of \\d+: the processors are busy: 100 % of 1"
                + " used for 100 ms, \\d+ requests begun and \\d+ can be worked off; \\d+/s x \\d+\\.\\d ms"
                + " x 1\\.2, and some for bunches");
  }

  @Test
  void beginsAgainAfterAnExecutorThatRejects() {
    SheddingLog failing = new SheddingLog(
        engine,
        new SheddingDiagnosis(() -> -1, 1, () -> 0, (code, text) -> {}),
        lines::add,
        task -> {
          throw new RejectedExecutionException();
        },
        inASecond::add);
    assertThatThrownBy(failing::shed).isInstanceOf(RejectedExecutionException.class);
    assertThatThrownBy(failing::shed).isInstanceOf(RejectedExecutionException.class);
  }
}
