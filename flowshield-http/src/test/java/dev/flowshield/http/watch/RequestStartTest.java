package dev.flowshield.http.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.http.FakeRequest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a shield learns from the time that a proxy writes. Both clocks are turned by hand. */
class RequestStartTest {

  private static final String FIELD = "X-Request-Start";
  private static final String PROXY = "10.0.0.1";
  private static final int SOME = 10;

  private Duration step = Duration.ofMillis(RequestStart.INTERVAL_MILLIS);
  private final ManualTicker ticker = ManualTicker.atZero();
  private Instant now = Instant.parse("2030-01-01T00:00:00Z");
  private final HttpShield shield =
      settings().clients(c -> c.requestStart(FIELD)).build();

  @ParameterizedTest
  @ValueSource(strings = {"t=%d.%06d", "%d.%06d"})
  void seesWaitsBySeconds(String form) {
    assertSeesWaits(start -> form.formatted(start.getEpochSecond(), start.getNano() / 1000));
  }

  @Test
  void seesWaitsByMilliseconds() {
    assertSeesWaits(start -> Long.toString(start.toEpochMilli()));
  }

  @Test
  void seesWaitsByMicroseconds() {
    assertSeesWaits(start -> "t=" + start.toEpochMilli() + "000");
  }

  @Test
  void takesWhatNoRequestIsFasterThanForTheWayAndTheClocks() {
    come(PROXY, Duration.ofMillis(800), SOME);
    assertThat(isAdmitted()).isTrue();

    come(PROXY, Duration.ofMillis(950), SOME);
    assertThat(isAdmitted()).isFalse();
  }

  @Test
  void seesAtOnceWhenRequestsWaitNoMore() {
    come(PROXY, Duration.ZERO, 1);
    come(PROXY, Duration.ofMillis(150), SOME);
    assertThat(isAdmitted()).isFalse();

    step = Duration.ofMillis(1);
    come(PROXY, Duration.ZERO, 1);
    assertThat(isAdmitted()).isTrue();
  }

  @Test
  void bearsOneRequestThatWasLateForAReasonOfItsOwn() {
    come(PROXY, Duration.ZERO, SOME);
    come(PROXY, Duration.ofMillis(200), 1);

    assertThat(isAdmitted()).isTrue();
  }

  @Test
  void bearsAProxyWhoseClockIsAhead() {
    come(PROXY, Duration.ofSeconds(-2), SOME);
    assertThat(isAdmitted()).isTrue();

    come(PROXY, Duration.ofMillis(-1850), SOME);
    assertThat(isAdmitted()).isFalse();
  }

  @Test
  void forgetsAFastWayAfterTwentyMinutes() {
    come(PROXY, Duration.ZERO, 1);
    for (int generation = 0; generation < 2; generation++) {
      now = now.plus(Duration.ofMinutes(10));
      come(PROXY, Duration.ofMillis(150), 1);
    }
    come(PROXY, Duration.ofMillis(150), SOME);

    assertThat(isAdmitted()).isTrue();
  }

  @Test
  void believesTrustedProxiesAlone() {
    come("192.0.2.1", Duration.ZERO, 1);
    come("192.0.2.1", Duration.ofSeconds(1), SOME);

    assertThat(isAdmitted()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "now", "t=", "1", "-1900000000", "t=1900000000.", "99999999999999999"})
  void leavesAloneWhatIsNoTime(String text) {
    come(PROXY, Duration.ZERO, 1);
    comeWith(PROXY, start -> text, Duration.ZERO, SOME);

    assertThat(isAdmitted()).isTrue();
  }

  @Test
  void leavesAloneWhatIsOlderThanAMinute() {
    come(PROXY, Duration.ZERO, 1);
    come(PROXY, Duration.ofSeconds(61), SOME);

    assertThat(isAdmitted()).isTrue();
  }

  @Test
  void needsProxiesThatWriteTheField() {
    assertThatIllegalStateException()
        .isThrownBy(() -> HttpShield.builder()
            .inFlight(InFlightLimit.auto())
            .clients(c -> c.requestStart(FIELD))
            .build())
        .withMessage("requestStart must come with the proxies that write the header, got"
            + " 'X-Request-Start' alone: set trustedProxies, as in \"10.0.0.0/8\"");
  }

  @Test
  void needsTheNameOfAField() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.builder().clients(c -> c.requestStart("a b")))
        .withMessage("requestStart must be the name of a request header, got 'a b': write it as in"
            + " 'X-Request-Start'");
  }

  private void assertSeesWaits(Function<Instant, String> form) {
    comeWith(PROXY, form, Duration.ZERO, SOME);
    assertThat(isAdmitted()).isTrue();

    comeWith(PROXY, form, Duration.ofMillis(150), SOME);
    assertThat(isAdmitted()).isFalse();
  }

  private void come(String peer, Duration age, int requests) {
    comeWith(peer, start -> Long.toString(start.toEpochMilli()), age, requests);
  }

  /** They come one after the other, and are over at once. */
  private void comeWith(String peer, Function<Instant, String> form, Duration age, int requests) {
    for (int i = 0; i < requests; i++) {
      ticker.advance(step);
      now = now.plus(step);
      FakeRequest request = FakeRequest.from(peer).with(FIELD, form.apply(now.minus(age)));
      if (shield.admit(request) instanceof HttpAdmitted admitted) {
        admitted.close();
      }
    }
  }

  private boolean isAdmitted() {
    return shield.engine().admit("client") instanceof Admitted;
  }

  private HttpShieldBuilder settings() {
    return HttpShield.builder()
        .inFlight(InFlightLimit.auto())
        .clients(c -> c.trustedProxies("10.0.0.0/8"))
        .operations(o -> o.ticker(ticker).instantSource(() -> now));
  }
}
