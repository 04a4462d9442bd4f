package dev.flowshield.checks.overload.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.checks.overload.scenario.RandomStream;
import dev.flowshield.checks.overload.simulation.Events.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventsTest {

  private final Events events = new Events();

  private record Scheduled(long at, int sequence) {}

  @Test
  void comeInOrderOfTimeAndThenOfScheduling() {
    RandomStream random = new RandomStream(1);
    List<Scheduled> expected = new ArrayList<>();
    List<Scheduled> found = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      Request request = new Request();
      request.client = i;
      long at = (long) random.between(0, 1000);
      events.add(at, Kind.DELIVERY, request);
      expected.add(new Scheduled(at, i));
    }
    while (events.next(Long.MAX_VALUE)) {
      found.add(new Scheduled(events.time(), events.subject().client));
    }

    expected.sort(Comparator.comparing(Scheduled::at).thenComparing(Scheduled::sequence));
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void keepWhatTheyAre() {
    events.add(2, Kind.PAUSE_END);
    events.add(1, Kind.ARRIVAL);

    assertThat(events.next(2)).isTrue();
    assertThat(events.kind()).isEqualTo(Kind.ARRIVAL);
    assertThat(events.next(2)).isTrue();
    assertThat(events.kind()).isEqualTo(Kind.PAUSE_END);
    assertThatThrownBy(events::subject)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("PAUSE_END is about no request");
  }

  @Test
  void comeOnlyUntilTheGivenTime() {
    events.add(10, Kind.ARRIVAL);

    assertThat(events.next(9)).isFalse();
    assertThat(events.next(10)).isTrue();
    assertThat(events.next(Long.MAX_VALUE)).isFalse();
  }
}
