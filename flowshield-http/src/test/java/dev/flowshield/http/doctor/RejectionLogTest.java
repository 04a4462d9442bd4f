package dev.flowshield.http.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.exchange.StreamStats;
import dev.flowshield.http.stream.OpenStreams;
import dev.flowshield.http.stream.OpenStreams.Room;
import dev.flowshield.http.stream.StreamCaps;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RejectionLogTest {

  private final FlowShield engine = FlowShield.builder()
      .limit(Limit.each("client", "2/h"))
      .limit(Limit.each("candidate", "1/h").shadow())
      .inFlight(5)
      .ticker(ManualTicker.atZero())
      .build();
  private final List<String> lines = new ArrayList<>();
  private final Deque<Runnable> now = new ArrayDeque<>();
  private final Deque<Runnable> inAMinute = new ArrayDeque<>();
  private final AtomicInteger minutes = new AtomicInteger();
  private final AtomicLong denied = new AtomicLong();
  private final OpenStreams streams = new OpenStreams(StreamCaps.OFF);
  private final RejectionLog rejectionLog = new RejectionLog(
      engine,
      denied::get,
      streams::stats,
      minutes::incrementAndGet,
      lines::add,
      now::add,
      inAMinute::add);

  private void reject(int times, String key) {
    for (int i = 0; i < times; i++) {
      engine.admit(key);
      rejectionLog.rejected();
    }
  }

  @Test
  void saysAtOnceThatRequestsAreRejectedAndHowManyEachMinute() {
    engine.admit("alice");
    engine.admit("alice");
    reject(1, "alice");
    assertThat(lines).as("not by the thread of the request").isEmpty();
    now.remove().run();
    assertThat(lines)
        .singleElement()
        .asString()
        .matches("FlowShield: rejected since the last such line: 1 by limit 'client'; most of all"
            + " so far: client [0-9a-f]{16}");

    reject(40, "alice");
    assertThat(now).isEmpty();
    assertThat(lines).hasSize(1);
    inAMinute.remove().run();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).contains(": 40 by limit 'client'; ");
    assertThat(minutes).hasValue(2);
  }

  @Test
  void asksNothingOfAnApplicationThatWasStopped() {
    engine.admit("alice");
    engine.admit("alice");
    reject(1, "alice");
    now.remove().run();
    reject(1, "alice");

    rejectionLog.close();
    inAMinute.remove().run();
    reject(1, "alice");

    assertThat(lines).hasSize(1);
    assertThat(minutes).hasValue(1);
    assertThat(now).isEmpty();
    assertThat(inAMinute).isEmpty();
  }

  @Test
  void saysHowManyWereDenied() {
    denied.set(3);
    rejectionLog.rejected();
    now.remove().run();

    assertThat(lines)
        .containsExactly(
            "FlowShield: rejected since the last such line: 3 by a denied client or path");
  }

  @Test
  void saysHowManyFoundNoRoomForTheirStream() {
    streams.countRejected(Room.NONE_FOR_CLIENT);
    streams.countRejected(Room.NONE_FOR_CLIENT);
    streams.countRejected(Room.NONE);
    rejectionLog.rejected();
    now.remove().run();

    assertThat(lines)
        .containsExactly(
            "FlowShield: rejected since the last such line: 2 by cap on open streams of"
                + " a client, 1 by cap on open streams");
  }

  @Test
  void saysNothingOfAMinuteWithoutRejectionsAndBeginsAgain() {
    engine.admit("alice");
    engine.admit("alice");
    reject(1, "alice");
    now.remove().run();
    inAMinute.remove().run();
    assertThat(lines).hasSize(1);
    assertThat(inAMinute).isEmpty();

    reject(1, "alice");
    now.remove().run();
    assertThat(lines).hasSize(2);
  }

  @Test
  void showsAKeyOnOneLineWhateverItsClientWrote() {
    assertThat(lineOf("192.0.2.1")).endsWith("client 192.0.2.1");
    assertThat(lineOf("x\r\nINFO: all is well"))
        .endsWith("client x\\u000d\\u000aINFO: all is well");
    assertThat(lineOf("a\u001b[2Jb\u2028c\u202ed")).endsWith("client a\\u001b[2Jb\\u2028c\\u202ed");
    assertThat(lineOf("y".repeat(8_000))).hasSizeLessThan(200);
  }

  /** The line after a rejection where keys are shown. */
  private static String lineOf(String key) {
    FlowShield showing = FlowShield.builder()
        .perKey("1/h")
        .showKeys()
        .ticker(ManualTicker.atZero())
        .build();
    List<String> lines = new ArrayList<>();
    RejectionLog log = new RejectionLog(
        showing,
        () -> 0,
        () -> new StreamStats(0, 1, 1, 0, 0, 0),
        () -> {},
        lines::add,
        Runnable::run,
        later -> {});
    showing.admit(key);
    showing.admit(key);
    log.rejected();
    return lines.get(0);
  }

  @Test
  void saysHowManyTheCapRejectedAndNothingOfShadows() {
    for (int i = 0; i < 5; i++) {
      engine.admit("client " + i);
    }
    reject(3, "another");
    now.remove().run();
    assertThat(lines)
        .singleElement()
        .asString()
        .startsWith(
            "FlowShield: rejected since the last such line: 3 by cap on requests in flight");
  }
}
