package dev.flowshield.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Blocked;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.OverLimit;
import dev.flowshield.testkit.ManualTicker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promises of docs/guide.md about a shield. */
class ShieldGuideTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  @Test
  void chargesAllOrNothing() {
    FlowShield shield = SeveralKeys.settings().ticker(ticker).build();

    assertThat(SeveralKeys.search(shield, "acme", "ann", 60)).isEqualTo("60 pages for ann");
    assertThat(SeveralKeys.search(shield, "acme", "ann", 60))
        .isEqualTo("tenant: come back in PT0.2S");
    assertThat(SeveralKeys.search(shield, "acme", "ann", 40))
        .as("what was rejected took nothing from ann")
        .isEqualTo("40 pages for ann");
    assertThat(SeveralKeys.search(shield, "other", "ann", 1))
        .isEqualTo("user: come back in PT0.5S");
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void limitsThatAreLookedUpOnceAreTheSameLimits() {
    FlowShield shield = SeveralKeys.settings().ticker(ticker).build();
    SeveralKeys.Suggestions suggestions = new SeveralKeys.Suggestions(shield);

    assertThat(suggestions.mayAsk("ann")).isTrue();
    assertThat(SeveralKeys.search(shield, "acme", "ann", 1)).isEqualTo("1 pages for ann");
    assertThat(suggestions.mayAsk("ann")).isFalse();
    assertThat(suggestions.mayAsk("bob")).isTrue();
  }

  @Test
  void aQuotaContinuesAfterARestart(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("limits");
    List<String> log = new ArrayList<>();
    FlowShield before = FlowShield.builder().perKey("10000/day").build();
    Restarts.start(before, file, log::add);
    assertThat(log).containsExactly("snapshot " + file + " is ignored: there is none yet");
    close(before.admit("alice", 9_000));
    Restarts.stop(before, file);

    FlowShield after = FlowShield.builder().perKey("10000/day").build();
    Restarts.start(after, file, log::add);
    assertThat(log).hasSize(1);
    assertThat(after.peek("key", "alice").remaining()).isBetween(1_000L, 1_100L);
  }

  @Test
  void aShadowLimitCountsAndRejectsNobody() {
    FlowShield shield = DryRun.settings().ticker(ticker).build();
    for (int visit = 1; visit <= 5; visit++) {
      close(DryRun.admit(shield, "alice"));
    }

    assertThat(shield.stats().admitted()).isEqualTo(5);
    assertThat(DryRun.wouldBeRejected(shield)).isEqualTo(3);
  }

  @Test
  void limitsOfARunningShieldChangeInProportion() {
    FlowShield shield = FlowShield.builder()
        .limit("5000/s")
        .perKey("100/s")
        .inFlight(200)
        .ticker(ticker)
        .build();
    close(shield.admit("alice", 50));
    ShieldChange.change(shield);

    assertThat(shield.peek("key", "alice").remaining()).isEqualTo(100);
    assertThat(shield.peek("everyone", "").remaining()).isEqualTo(8_910);
    assertThat(shield.stats().inFlightLimit()).isEqualTo(400);
  }

  @Test
  void settledWorkIsChargedAndFailedWorkIsNot() {
    FlowShield shield = FlowShield.builder().perKey("1000/min").ticker(ticker).build();
    assertThat(ShieldReserve.ask(shield, "alice", () -> 320)).isTrue();
    assertThat(shield.peek("key", "alice").remaining()).isEqualTo(680);
    assertThatThrownBy(() -> ShieldReserve.ask(shield, "alice", () -> {
          throw new IllegalStateException("no answer");
        }))
        .hasMessage("no answer");
    assertThat(shield.peek("key", "alice").remaining()).isEqualTo(680);
    assertThat(ShieldReserve.ask(shield, "alice", () -> 700)).isTrue();
    assertThat(ShieldReserve.ask(shield, "alice", () -> 1)).as("20 are owed").isFalse();
    ticker.advance(Duration.ofSeconds(32));
    assertThat(ShieldReserve.ask(shield, "alice", () -> 1)).isTrue();
  }

  @Test
  void aKeyThatIsRejectedAgainAndAgainIsBlockedUntilPardoned() {
    FlowShield shield = Offences.settings().ticker(ticker).build();
    close(shield.admit("alice", 2));
    assertThat(shield.admit("alice")).isInstanceOf(OverLimit.class);
    assertThat(shield.admit("alice")).isInstanceOf(OverLimit.class);
    assertThat(shield.admit("alice")).as("the third rejection").isInstanceOf(Blocked.class);
    assertThat(((Blocked) shield.admit("alice")).retryAfter())
        .isBetween(Duration.ofMinutes(5), Duration.ofMinutes(5).plusMillis(2));
    assertThat(Offences.blocked(shield)).matches("[0-9a-f]{16} for PT5M.*");
    close(shield.admit("bob"));

    assertThat(Offences.pardon(shield, "alice")).isTrue();
    assertThat(Offences.blocked(shield)).isEmpty();
    ticker.advance(Duration.ofSeconds(1));
    close(shield.admit("alice"));
  }

  @Test
  void aFloodOfRejectionsIsReportedAtABoundedRate() {
    List<String> log = new ArrayList<>();
    FlowShield shield = Alarm.settings(log::add, Runnable::run).ticker(ticker).build();
    close(shield.admit("alice", 2));
    for (int visit = 1; visit <= 5; visit++) {
      assertThat(shield.admit("alice")).isInstanceOf(OverLimit.class);
    }
    assertThat(log).singleElement().asString().endsWith(" was rejected, after 0 not reported");
    ticker.advance(Duration.ofMillis(100)); // ten a second at most
    assertThat(shield.admit("alice")).isInstanceOf(OverLimit.class);
    assertThat(log).last().asString().endsWith(" was rejected, after 4 not reported");
  }

  @Test
  void workWaitsUntilThereIsRoom() throws Exception {
    FlowShield shield = ShieldWaiting.settings().ticker(ticker).build();
    List<String> done = new ArrayList<>();
    assertThat(ShieldWaiting.convert(shield, "alice", () -> done.add("first"))).isTrue();
    close(shield.admit("alice"));

    CompletableFuture<Admission> later = ShieldWaiting.convertLater(shield, "alice");
    assertThat(later).isNotDone();
    ticker.advance(Duration.ofMillis(500));

    assertThat(later).isDone();
    close(later.join());
    assertThat(done).containsExactly("first");
  }

  @Test
  void aShadowCapCountsTheRequestsThatItWouldShed() {
    FlowShield shield = Tuning.settings(failure -> {}).ticker(ticker).build();
    List<Admission> running = new ArrayList<>();
    for (int i = 0; i < 203; i++) {
      running.add(shield.admit());
    }

    assertThat(Tuning.report(shield)).isEqualTo("3 would be shed, 0 were never closed");
    running.forEach(ShieldGuideTest::close);
  }

  @Test
  void aShieldIsOffInDevelopmentAndOnInItsTest() {
    assertThat(InTests.shield(true).isEnabled()).isFalse();
    assertThat(InTests.shield(false).isEnabled()).isTrue();
    assertThat(InTests.underTest(ticker).toString()).contains("each client 2/s");
  }

  private static void close(Admission admission) {
    ((Admitted) admission).close();
  }
}
