package dev.flowshield.http.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What else than an overload goes on while requests are rejected by the cap in flight. */
class SheddingDiagnosisTest {

  private static final int CAP = 20;
  private static final int PROCESSORS = 2;

  private final ManualTicker ticker = ManualTicker.atZero();
  private final FlowShield engine = FlowShield.builder()
      .inFlight(InFlightLimit.auto())
      .processors(() -> 0, PROCESSORS)
      .ticker(ticker)
      .build();
  private final Deque<Admitted> running = new ArrayDeque<>();
  private final List<String> texts = new ArrayList<>();
  private final List<String> codes = new ArrayList<>();
  private long used;
  private int ofOneClient;
  private final SheddingDiagnosis signs =
      new SheddingDiagnosis(() -> used, PROCESSORS, () -> ofOneClient, (code, text) -> {
        codes.add(code);
        texts.add(text);
      });

  /** The cap is full, and rejects: one that is found, as far as the signs know. */
  private void begin() {
    engine.changeInFlight(CAP);
    admit();
    signs.begin(engine.stats());
  }

  private void admit() {
    while (engine.admit() instanceof Admitted admitted) {
      running.add(admitted);
    }
  }

  /** Seconds in which some end, others are rejected, and a part of the processors is used. */
  private void pass(int seconds, int ends, double load) {
    for (int i = 0; i < seconds; i++) {
      ticker.advance(Duration.ofSeconds(1));
      used += (long) (1e9 * PROCESSORS * load);
      for (int k = 0; k < ends; k++) {
        running.remove().close();
      }
      admit();
      signs.look(engine.stats(), true);
    }
  }

  @Test
  void findsNoneWhileProcessorsAreBusy() {
    begin();
    ofOneClient = CAP / 2;
    pass(100, 10, 0.8);
    assertThat(codes).isEmpty();
  }

  @Test
  void findsOneClientThatHoldsMostPlacesForThreeSeconds() {
    begin();
    ofOneClient = CAP / 2 + 1;
    pass(2, 10, 0.8);
    ofOneClient = 0;
    pass(1, 10, 0.8);
    ofOneClient = CAP / 2 + 1;
    pass(2, 10, 0.8);
    assertThat(codes).isEmpty();

    pass(1, 10, 0.8);
    assertThat(codes).containsExactly("FS112");
    assertThat(texts.get(0)).contains(" got one with 11 of 20 while others are rejected ");
  }

  @Test
  void takesOneClientOfAFewForNoSign() {
    engine.changeInFlight(7);
    admit();
    signs.begin(engine.stats());
    ofOneClient = 7;
    pass(10, 2, 0.8);
    assertThat(codes).isEmpty();
  }

  @Test
  void findsThatHardlyAnyRequestEnds() {
    begin();
    pass(4, 0, 0.12);
    assertThat(codes).isEmpty();

    pass(1, 1, 0.12);
    assertThat(codes).containsExactly("FS114");
    assertThat(texts.get(0))
        .contains(" got 20 of which 1 ended within 5 s, while others are rejected by the cap"
            + " and 12 % of the processors are used: ");

    pass(100, 0, 0.12);
    assertThat(codes).as("nothing but that").containsOnly("FS114");
  }

  @Test
  void takesLongWorkThatKeepsProcessorsBusyForNoSign() {
    begin();
    for (int i = 0; i < 20; i++) {
      pass(1, 0, 0.9);
      pass(4, 0, 0.1);
    }
    assertThat(codes).isEmpty();
  }

  @Test
  void findsThatItShedsWithoutAShortage() {
    begin();
    pass(9, 10, 0.2);
    assertThat(codes).isEmpty();

    pass(1, 10, 0.2);
    assertThat(codes).containsExactly("FS113");
    assertThat(texts.get(0))
        .contains(
            " got 10 requests rejected by the cap within 10 s while 20 % of the processors were"
                + " used, none waited in front and memory was free, with a cap of 20: ");
  }

  @Test
  void takesNeitherABusySecondNorACapOfAnOperatorForThat() {
    begin();
    pass(9, 10, 0.2);
    pass(1, 10, 0.6);
    pass(9, 10, 0.2);
    assertThat(codes).isEmpty();

    for (int i = 0; i < 20; i++) {
      ticker.advance(Duration.ofSeconds(1));
      running.remove().close();
      running.remove().close();
      admit();
      signs.look(engine.stats(), false);
    }
    assertThat(codes).isEmpty();
  }

  @Test
  void beginsAnewAfterASecondInWhichNoneIsRejected() {
    begin();
    pass(9, 10, 0.2);
    ticker.advance(Duration.ofSeconds(1));
    signs.look(engine.stats(), true);
    pass(9, 10, 0.2);
    assertThat(codes).isEmpty();
  }

  @Test
  void doesWithoutProcessorsThatCannotBeSeen() {
    begin();
    used = -1;
    pass(20, 10, 0);
    assertThat(codes).isEmpty();

    pass(5, 0, 0);
    assertThat(codes).containsExactly("FS114");
    assertThat(texts.get(0)).contains("while others are rejected by the cap: ");
  }

  @Test
  void findsNoneWhileRequestsWaitInFront() {
    FlowShield waiting =
        FlowShield.builder().inFlight(InFlightLimit.auto()).ticker(ticker).build();
    signs.begin(waiting.stats());
    for (int i = 0; i < 20; i++) {
      ticker.advance(Duration.ofSeconds(1));
      waiting.reportQueueDelay(1_000_000_000);
      waiting.reportQueueDelay(1_000_000_000);
      waiting.admit();
      signs.look(waiting.stats(), true);
    }
    assertThat(waiting.stats().shed()).isEqualTo(20);
    assertThat(codes).isEmpty();
  }
}
