package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.MILLI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.engine.overload.LimitTrial.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whether a limit is right. */
class LimitTrialTest {

  private static final int LIMIT = 12;

  private final LimitTrial trial = new LimitTrial();
  private final List<Verdict> verdicts = new ArrayList<>(); // but for open ones

  /** Serves at the limit, or as much as the trial says. */
  private void serve(Server server, double perMilli, int millis) {
    server.serve(perMilli, millis, () -> look(server));
  }

  private void look(Server server) {
    Verdict verdict =
        trial.look(server.sums::totals, server.inFlight, LIMIT, server.latency, server.now);
    if (verdict != Verdict.OPEN) {
      verdicts.add(verdict);
    }
    server.cap = trial.isRetrying() ? (int) Math.max(LIMIT, trial.limit()) : LIMIT;
  }

  @Test
  void findsALimitWrongThatCutTheThroughput() {
    Server server = Server.unlimited(10, 1);
    server.takes[0] = 100 * MILLI; // slower by itself
    server.cap = LIMIT;
    server.serve(1, 300, () -> {}); // until what was begun before has ended
    trial.begin(Server.perTick(1));
    while (verdicts.isEmpty()) {
      serve(server, 1, 1);
    }
    assertThat(verdicts).containsExactly(Verdict.RETRY);
    assertThat(trial.isRetrying()).isTrue();
    assertThat(trial.limit()).as("what it takes to do as much").isBetween(100.0, 150.0);

    while (verdicts.size() == 1) {
      serve(server, 1, 1);
    }

    assertThat(verdicts).containsExactly(Verdict.RETRY, Verdict.WRONG);
    assertThat(trial.isRetrying()).isFalse();
    assertThat(trial.latency() * Window.NANOS_PER_TICK)
        .isCloseTo(100.0 * MILLI, within(3.0 * MILLI));
  }

  @Test
  void findsALimitRightWhereTheServerHasLostCapacity() {
    Server server = new Server(1, 1, 0.5);
    trial.begin(Server.perTick(1));
    serve(server, 5, 500);
    assertThat(verdicts).as("it does as much").isEmpty();

    server.takes[0] *= 4;
    serve(server, 5, 5_000);

    assertThat(verdicts).containsExactly(Verdict.RETRY, Verdict.RIGHT);
    assertThat(trial.isRetrying()).isFalse();
  }

  @Test
  void isNotRetriedWhereTheServerDoesAsMuchAsBefore() {
    Server server = Server.fifo();
    trial.begin(Server.perTick(1));
    serve(server, 10, 10_000);

    assertThat(verdicts).isEmpty();
  }

  @Test
  void isNotRetriedWhereNothingIsRejected() {
    Server server = Server.fifo();
    trial.begin(Server.perTick(1));
    serve(server, 0.2, 10_000);

    assertThat(verdicts).isEmpty();
  }

  @Test
  void takesNothingForLessWhileItIsSkipped() {
    Server server = Server.unlimited(10, 1);
    server.takes[0] = 100 * MILLI;
    server.cap = LIMIT;
    trial.begin(Server.perTick(1));
    server.serve(1, 5_000, () -> {
      trial.skip();
      look(server);
    });

    assertThat(verdicts).isEmpty();
  }
}
