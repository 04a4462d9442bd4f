package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A site whose pages have 60 assets each, in browsers that keep none of them, and people behind one
 * address who read: what the usual limit makes of it.
 */
class PageViewsTest {

  private static final int ASSETS = 60;
  private static final int VIEWS = 20; // of each person
  private static final int SECONDS_TO_READ = 5; // on average
  private static final long LOADING_MICROS = 400_000; // the assets come in within this
  private static final long SEED = 42;

  /** How many views of pages lost something. */
  private static int broken(String perClient, int people) {
    ManualTicker ticker = ManualTicker.atZero();
    HttpShield shield = HttpShield.fromConfiguration(
        perClient.isEmpty() ? Map.of() : Map.of("per-client", perClient),
        it -> it.operations(o -> o.ticker(ticker)));
    boolean[] lost = new boolean[people * VIEWS];
    long now = 0;
    for (Map.Entry<Long, Integer> request : requests(people).entrySet()) {
      ticker.advance(Duration.ofNanos(request.getKey() - now));
      now = request.getKey();
      HttpAdmission admission = shield.admit(FakeRequest.from(CLIENT));
      if (admission instanceof HttpAdmitted admitted) {
        admitted.close();
      } else {
        lost[request.getValue()] = true;
      }
    }
    int count = 0;
    for (boolean each : lost) {
      count += each ? 1 : 0;
    }
    return count;
  }

  /** The views by the nanosecond of each of their requests. */
  private static Map<Long, Integer> requests(int people) {
    Random random = new Random(SEED);
    Map<Long, Integer> requests = new TreeMap<>();
    for (int person = 0; person < people; person++) {
      long begin = random.nextInt(SECONDS_TO_READ * 1_000_000);
      for (int view = 0; view < VIEWS; view++) {
        for (int asset = 0; asset <= ASSETS; asset++) {
          long micros = begin + (asset == 0 ? 0 : random.nextLong(LOADING_MICROS));
          long nanos = micros * 1_000;
          while (requests.putIfAbsent(nanos, person * VIEWS + view) != null) {
            nanos++;
          }
        }
        begin += SECONDS_TO_READ * 500_000L + random.nextLong(SECONDS_TO_READ * 1_000_000L);
      }
    }
    return requests;
  }

  @Test
  void loseNothingByTheUsualLimit() {
    assertThat(broken("", 1)).isZero();
    assertThat(broken("", 5)).isZero();
  }

  @Test
  void wouldLoseSomethingByABurstOfASecond() {
    assertThat(broken("100/s", 1)).isZero();
    assertThat(broken("100/s", 5)).isGreaterThan(10);
  }

  @Test
  void ofFivePeopleAtOnceLoseNothingEither() {
    HttpShield shield = HttpShield.fromConfiguration(
        Map.of(), it -> it.operations(o -> o.ticker(ManualTicker.atZero())));
    Admissions.spend(shield, CLIENT, 5 * (ASSETS + 1));
  }
}
