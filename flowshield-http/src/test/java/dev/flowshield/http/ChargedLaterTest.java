package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.get;
import static dev.flowshield.http.Admissions.rejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What requests are charged whose cost is known at their end. */
class ChargedLaterTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  private HttpShieldBuilder builder() {
    return HttpShield.builder().operations(o -> o.ticker(ticker));
  }

  private final HttpShield shield = builder()
      .perClient("100/day")
      .policies("* /login * 2/day on=status:401\n* /ask * 100/day cost=later:60")
      .build();

  private HttpAdmitted login() {
    return admitted(shield.admit(get("/login")));
  }

  @Test
  void onlyTheResponsesOfAStatusAreCharged() {
    for (int i = 0; i < 5; i++) {
      HttpAdmitted well = login();
      well.responded(200);
      well.close();
      well.close();
    }
    for (int i = 0; i < 2; i++) {
      HttpAdmitted badly = login();
      badly.responded(401);
      badly.responded(200);
      badly.close();
    }
    rejected(shield.admit(get("/login")));
  }

  @Test
  void whatIsInFlightIsReserved() {
    HttpAdmitted first = login();
    login();
    rejected(shield.admit(get("/login")));
    first.responded(200);
    first.close();
    login();
    rejected(shield.admit(get("/login")));
  }

  @Test
  void workThatFailsHadStatus500() {
    HttpAdmitted failed = login();
    failed.failed();
    failed.responded(401);
    failed.close();
    login();
    login();
  }

  @Test
  void aClientThatLeavesIsChargedWhatWasReserved() {
    for (int i = 0; i < 2; i++) {
      HttpAdmitted left = login();
      left.ignored();
      left.close();
    }
    rejected(shield.admit(get("/login")));
  }

  @Test
  void theApplicationTellsTheCost() {
    HttpAdmitted cheap = admitted(shield.admit(get("/ask")));
    rejected(shield.admit(get("/ask")));
    cheap.reportCost(10);
    cheap.reportCost(30);
    cheap.responded(200);
    cheap.close();
    admitted(shield.admit(get("/ask")));
    rejected(shield.admit(get("/ask")));
    assertThat(shield.engine().peek("ask", CLIENT).remaining()).isEqualTo(10);
  }

  @Test
  void aCostBeyondWhatWasReservedIsTakenAllTheSame() {
    HttpAdmitted dear = admitted(shield.admit(get("/ask")));
    dear.reportCost(150);
    dear.close();
    ticker.advance(Duration.ofHours(12));
    assertThat(shield.engine().peek("ask", CLIENT).remaining()).isZero();
  }

  @Test
  void aNegativeCostIsAMistake() {
    HttpAdmitted dear = admitted(shield.admit(get("/ask")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> dear.reportCost(-1))
        .withMessageStartingWith("permits must be 0 or more, got -1");
  }
}
