package dev.flowshield.checks.overload.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimelineTest {

  @Test
  void hasAValueFromItsInstantUntilTheNext() {
    Timeline<String> timeline = Timeline.of("a").with(10, "b").with(20, "c").with(20, "d");

    assertThat(timeline.first()).isEqualTo("a");
    assertThat(timeline.at(0)).isEqualTo("a");
    assertThat(timeline.at(9)).isEqualTo("a");
    assertThat(timeline.at(10)).isEqualTo("b");
    assertThat(timeline.at(19)).isEqualTo("b");
    assertThat(timeline.at(20)).isEqualTo("d");
    assertThat(timeline.at(Long.MAX_VALUE)).isEqualTo("d");
  }
}
