package dev.flowshield.demo.cluster;

import static dev.flowshield.demo.cluster.Samples.nanos;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.demo.cluster.Timeline.Away;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {

  @Test
  void promisesOneLimitAndTheSharesOfThoseThatDoNotAskAStoreThatIsUp() {
    // 40/s burst 10 for two instances: a share is 20/s burst 5
    assertThat(Samples.TIMELINE.spans(Samples.LITTLE))
        .containsExactly(
            new Span("with the store", 0, nanos(1), 50),
            new Span("store killed", nanos(1), nanos(2), 50),
            new Span("up, empty", nanos(2), nanos(3.5), 10 + 60 + 5 + 10 + 5 + 30),
            new Span("all ask it again", nanos(3.5), nanos(4), 30));
  }

  @Test
  void knowsWhenEachCeasedToAskTheStoreAndAskedItAgain() {
    assertThat(Samples.TIMELINE.cutOff()).containsExactly(nanos(1.25), nanos(1));
    assertThat(Samples.TIMELINE.back()).containsExactly(nanos(2.5), nanos(3.5));
    assertThat(Samples.TIMELINE.allBack()).isEqualTo(nanos(3.5));
  }

  @Test
  void isNotConfusedByOtherTimesAtWhichTheStoreDidNotAnswer() {
    Timeline timeline = timeline(List.of(
        new Away(nanos(-1), nanos(0.5)),
        new Away(nanos(0.9), nanos(2.5)),
        new Away(nanos(3), nanos(3.5))));

    assertThat(timeline.cutOff()).containsExactly(nanos(1));
    assertThat(timeline.back()).containsExactly(nanos(2.5));
    // a share of 20/s, burst 5, for 0.6 and for 0.5 seconds
    assertThat(timeline.spans(Samples.LITTLE).get(0).promised()).isEqualTo(50 + 5 + 12);
    assertThat(timeline.spans(Samples.LITTLE).get(3).promised()).isEqualTo(10 + 60 + 5 + 10);
  }

  @Test
  void hasNoLastPartIfAnInstanceDoesNotComeBack() {
    Timeline timeline = timeline(List.of(new Away(nanos(1), Timeline.NEVER)));

    assertThat(timeline.back()).containsExactly(Timeline.NEVER);
    assertThat(timeline.spans(Samples.LITTLE).stream().map(Span::name))
        .containsExactly("with the store", "store killed", "up, empty");
  }

  private static Timeline timeline(List<Away> away) {
    return new Timeline(nanos(1), nanos(2), List.of(away), nanos(4));
  }
}
