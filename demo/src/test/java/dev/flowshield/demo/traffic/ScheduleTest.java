package dev.flowshield.demo.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final Phase CALM = new Phase("calm", 100, Duration.ofSeconds(2));
  private static final Phase SPIKE = new Phase("spike", 3000, Duration.ofMillis(500));
  private static final Phase AFTER = new Phase("after", 10, Duration.ofSeconds(1));

  private final Schedule schedule = Schedule.of(List.of(CALM, SPIKE, AFTER), new Crowd(5, 60), 42);

  @Test
  void holdsExactlyTheRequestsOfItsPhases() {
    assertThat(schedule.size()).isEqualTo(200 + 1500 + 10);
    assertThat(schedule.lengthNanos()).isEqualTo(3_500_000_000L);
    assertThat(schedule.firstFrom(2 * SECOND)).isEqualTo(200);
    assertThat(schedule.firstFrom(schedule.endNanos(SPIKE))).isEqualTo(1700);
    assertThat(schedule.firstFrom(schedule.lengthNanos())).isEqualTo(schedule.size());
  }

  @Test
  void isInOrder() {
    assertThat(IntStream.range(0, schedule.size()).mapToObj(schedule::dueNanos)).isSorted();
  }

  @Test
  void fallsAtRandomWithinAPhase() {
    int firstHalf = schedule.firstFrom(schedule.startNanos(SPIKE) + 250_000_000) - 200;

    // of 1,500 in a fair draw; 6 standard deviations are 116
    assertThat(firstHalf).isBetween(750 - 116, 750 + 116).isNotEqualTo(750);
  }

  @Test
  void isTheSameForTheSameSeed() {
    Schedule again = Schedule.of(List.of(CALM, SPIKE, AFTER), new Crowd(5, 60), 42);
    Schedule other = Schedule.of(List.of(CALM, SPIKE, AFTER), new Crowd(5, 60), 43);

    assertThat(due(again)).isEqualTo(due(schedule));
    assertThat(clients(again)).isEqualTo(clients(schedule));
    assertThat(due(other)).isNotEqualTo(due(schedule));
  }

  @Test
  void letsTheGreedyClientSendItsShareAndTheOthersTheRest() {
    int[] sent = new int[5];
    for (int client : clients(schedule)) {
      sent[client]++;
    }

    // of 1,710 in a fair draw, 6 standard deviations to either side
    assertThat(sent[0]).isBetween(1026 - 122, 1026 + 122);
    for (int other = 1; other < 5; other++) {
      assertThat(sent[other]).isBetween(171 - 75, 171 + 75);
    }
  }

  @Test
  void knowsThePhaseOfAnInstant() {
    assertThat(schedule.phaseAt(0)).isEqualTo(CALM);
    assertThat(schedule.phaseAt(2 * SECOND - 1)).isEqualTo(CALM);
    assertThat(schedule.phaseAt(2 * SECOND)).isEqualTo(SPIKE);
    assertThat(schedule.phaseAt(3 * SECOND)).isEqualTo(AFTER);
    assertThat(schedule.phaseAt(9 * SECOND)).isEqualTo(AFTER);
  }

  private static long[] due(Schedule of) {
    return IntStream.range(0, of.size()).mapToLong(of::dueNanos).toArray();
  }

  private static int[] clients(Schedule of) {
    return IntStream.range(0, of.size()).map(of::client).toArray();
  }
}
