package dev.flowshield.demo.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Schedule;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WindowsTest {

  @Test
  void findsABurst() {
    assertThat(most(1, at(5, 5, 5), at(5, 5, 5))).isEqualTo(3);
  }

  @Test
  void findsWhatComesBackMeanwhileAllowed() {
    // five in three seconds, of which the rate gives three
    assertThat(most(1, at(0, 0, 1, 2, 3), at(0, 0, 1, 2, 3))).isEqualTo(2);
    // three more in two seconds that follow a pause
    assertThat(most(1, at(0, 0, 10, 10, 10, 12), at(0, 0, 10, 10, 10, 12))).isEqualTo(3);
  }

  @Test
  void doesNotMindTheOrder() {
    assertThat(most(1, at(10, 0, 12, 10, 0, 10), at(10, 0, 12, 10, 0, 10))).isEqualTo(3);
  }

  @Test
  void countsOnlyWhatWasCertainlyAdmittedInAWindow() {
    // all three are answered at 4, but may have been admitted a second apart
    assertThat(most(1, at(1, 2, 3), at(4, 4, 4))).isEqualTo(0);
    assertThat(most(1, at(1, 2, 4), at(4, 4, 4))).isEqualTo(1);
  }

  @Test
  void findsNothingWhereNothingIsAdmitted() {
    assertThat(most(1, at(), at())).isZero();
  }

  @Test
  void leavesOutOtherAnswersAndOtherTimes() {
    Schedule schedule = Samples.LITTLE.traffic();
    Answers answers = Samples.answers(schedule, i -> i % 2 == 0 ? 200 : 429);

    long end = schedule.lengthNanos();
    assertThat(Windows.mostAbove(0, schedule, answers, 0, end)).isEqualTo(schedule.size() / 2.0);
    int half = schedule.firstFrom(end / 2);
    assertThat(Windows.mostAbove(0, schedule, answers, end / 2, end))
        .isEqualTo((schedule.size() - half) / 2.0, org.assertj.core.data.Offset.offset(1.0));
  }

  private static double most(double perSecond, long[] left, long[] answered) {
    return Windows.mostAbove(perSecond, left, answered);
  }

  private static long[] at(long... seconds) {
    long[] nanos = new long[seconds.length];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = TimeUnit.SECONDS.toNanos(seconds[i]);
    }
    return nanos;
  }
}
