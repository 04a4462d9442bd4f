package dev.flowshield.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flowshield.Pressure;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import dev.flowshield.engine.RejectionEvent.Kind;
import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The events of a shield in JDK Flight Recorder. */
class FlowShieldRecordingTest {

  private static final String REJECTION = "dev.flowshield.Rejection";
  private static final String PRESSURE = "dev.flowshield.Pressure";
  private static final String SHIELD = "dev.flowshield.Shield";
  private static final Duration TENTH_OF_MILLI = Duration.ofNanos(100_000);

  private final ManualTicker ticker = ManualTicker.atZero();

  @TempDir
  Path folder;

  @Test
  void aStreamSeesAllThreeEvents() {
    FlowShield shield = FlowShield.builder()
        .perKey("1/s")
        .inFlight(InFlightLimit.auto())
        .onRejection(FlowShieldRecording.listener("orders"), Runnable::run)
        .onPressure(FlowShieldRecording.pressureListener("orders"), Runnable::run)
        .ticker(ticker)
        .build();
    List<RecordedEvent> seen = new CopyOnWriteArrayList<>();
    try (RecordingStream stream = new RecordingStream();
        FlowShieldRecording recording = FlowShieldRecording.observe("orders", shield)) {
      assertThat(recording).isNotNull();
      stream.enable(SHIELD).withPeriod(Duration.ofMillis(20));
      stream.enable(REJECTION);
      stream.enable(PRESSURE);
      stream.setReuse(false);
      List.of(SHIELD, REJECTION, PRESSURE).forEach(name -> stream.onEvent(name, seen::add));
      stream.startAsync();
      shield.admit("alice");
      shield.admit("alice");
      flood(shield);

      await()
          .untilAsserted(() -> assertThat(seen)
              .extracting(each -> each.getEventType().getName())
              .contains(SHIELD, REJECTION, PRESSURE));
      long shed = shield.stats().shed();
      await()
          .untilAsserted(() -> assertThat(seen).anySatisfy(each -> {
            assertThat(each.getEventType().getName()).isEqualTo(SHIELD);
            assertThat(each.getLong("shed")).isEqualTo(shed).isPositive();
            assertThat(each.getString("shield")).isEqualTo("orders");
            assertThat(each.getLong("overLimit")).isEqualTo(1);
            assertThat(each.getString("explanation")).isNotEmpty();
          }));
    }

    assertThat(seen).noneMatch(each -> each.getStackTrace() != null);
    assertThat(seen).anySatisfy(each -> {
      assertThat(each.getEventType().getName()).isEqualTo(REJECTION);
      assertThat(each.getString("shield")).isEqualTo("orders");
      assertThat(each.getString("kind")).isEqualTo("OVER_LIMIT");
      assertThat(each.getString("limit")).isEqualTo("key");
      assertThat(each.getString("key")).isEqualTo(FlowShield.idOf("alice"));
      assertThat(each.getDuration("retryAfter")).isEqualTo(Duration.ofSeconds(1));
      assertThat(each.getLong("suppressed")).isZero();
    });
    assertThat(seen).anySatisfy(each -> {
      assertThat(each.getEventType().getName()).isEqualTo(PRESSURE);
      assertThat(each.getString("pressure")).isEqualTo("EXTREME");
    });
  }

  /** Ten requests come for each one that can be served, for three seconds. */
  private void flood(FlowShield shield) {
    Deque<Admitted> running = new ArrayDeque<>();
    for (int i = 0; i < 30_000; i++) {
      ticker.advance(TENTH_OF_MILLI);
      if (shield.admit("client-" + i) instanceof Admitted admitted) {
        running.add(admitted);
      }
      if (i % 10 == 0 && !running.isEmpty()) {
        running.remove().close();
      }
    }
  }

  @Test
  void aMillionRejectionsLeaveElevenEventsASecondOfEachKindAtMost() throws IOException {
    FlowShield shield = FlowShield.builder()
        .limit(Limit.each("key", "1/day"))
        .limit(Limit.each("login", "1/day").withPenalty(Penalty.after(10, Duration.ofHours(1))))
        .onRejection(FlowShieldRecording.listener(), Runnable::run)
        .ticker(ticker)
        .build();
    shield.admit("alice");
    shield.block("login", "bob", Duration.ofHours(1));
    int seconds = 10;
    int rejections = 1_000_000;
    List<RecordedEvent> events;
    try (Recording recording = new Recording()) {
      recording.enable(REJECTION);
      recording.start();
      for (int i = 0; i < rejections; i++) {
        ticker.advance(Duration.ofSeconds(seconds).dividedBy(rejections));
        shield.admit(i % 2 == 0 ? "bob" : "carol-" + i % 1_000);
      }
      recording.stop();
      events = events(recording);
    }

    long admitted = shield.stats().admitted();
    Map<String, List<RecordedEvent>> byKind =
        events.stream().collect(Collectors.groupingBy(each -> each.getString("kind")));
    assertThat(byKind).containsKeys(Kind.BLOCKED.name(), Kind.OVER_LIMIT.name());
    byKind.forEach((kind, all) -> assertThat(all).hasSizeBetween(1, 11 * seconds));
    long told = events.stream().mapToLong(count("suppressed")).sum() + events.size();
    assertThat(told)
        .isBetween(rejections - admitted - 30_000, rejections - admitted + 1); // after the last
  }

  private static ToLongFunction<RecordedEvent> count(String field) {
    return event -> event.getLong(field);
  }

  private List<RecordedEvent> events(Recording recording) throws IOException {
    Path file = folder.resolve("events.jfr");
    recording.dump(file);
    return RecordingFile.readAllEvents(file);
  }

  @Test
  void recordsAShieldOverHttpUntilItIsClosed() throws IOException {
    HttpShield shield = HttpShield.builder()
        .perClient("1/h")
        .operations(o -> o.name("web").ticker(ticker).engine(FlowShieldRecording::listen))
        .build();
    shield.admit(new Visit("203.0.113.9"));
    List<RecordedEvent> seen = new CopyOnWriteArrayList<>();
    try (RecordingStream stream = new RecordingStream()) {
      stream.enable(SHIELD).withPeriod(Duration.ofMillis(20));
      stream.setReuse(false);
      stream.onEvent(SHIELD, seen::add);
      FlowShieldRecording recording = FlowShieldRecording.observe(shield);
      stream.startAsync();
      await().untilAsserted(() -> assertThat(seen).isNotEmpty());
      recording.close();
      recording.close();
    }

    assertThat(seen.get(0).getString("shield")).isEqualTo("web");
    assertThat(seen.get(0).getLong("admitted")).isEqualTo(1);
    assertThat(seen.get(0).getInt("inFlightLimit")).isEqualTo(-1);
    try (Recording later = new Recording()) {
      later.enable(SHIELD).withPeriod(Duration.ofMillis(20));
      later.start();
      later.stop();
      assertThat(events(later)).isEmpty();
    }
  }

  @Test
  void recordsNothingWhileTheEventsAreOff() throws IOException {
    try (Recording recording = new Recording()) {
      recording.disable(PRESSURE);
      recording.start();
      FlowShieldRecording.pressureListener().accept(Pressure.EXTREME);
      recording.stop();
      assertThat(events(recording))
          .noneMatch(each -> each.getEventType().getName().equals(PRESSURE));
    }
  }

  @Test
  void rejectsABlankName() {
    FlowShield shield = FlowShield.builder().perKey("1/s").build();

    assertThatThrownBy(() -> FlowShieldRecording.listener(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("name must not be blank");
    assertThatThrownBy(() -> FlowShieldRecording.pressureListener(""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FlowShieldRecording.observe("", shield))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
