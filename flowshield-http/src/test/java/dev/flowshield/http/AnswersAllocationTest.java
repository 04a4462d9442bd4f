package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.spend;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.testkit.ManualTicker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a rejection costs that is answered as one before was. */
class AnswersAllocationTest {

  private static final double NOTHING = 0.01; // the measuring itself, spread over the calls
  private static final int OVER_LIMIT = 40; // bytes: what the engine says
  private static final int READING = 48; // bytes: the reader of an unusual Accept header, at most

  private final ManualTicker ticker = ManualTicker.atZero();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1/s   |                          | 0",
        "1/min |                          | 0",
        "1/2min|                          | 0",
        "1/day |                          | 0",
        "1/day | */*                      | 0",
        "1/day | application/json         | 0",
        "1/day | text/html, */*;q=0.8     | " + READING,
        "1/day | application/problem+json | " + READING
      })
  void isTheRejectionOfTheEngineAndNoAnswer(String limit, @Nullable String accept, int more) {
    HttpShield shield =
        HttpShield.builder().perClient(limit).operations(o -> o.ticker(ticker)).build();
    spend(shield, CLIENT, 1);
    FakeRequest request = FakeRequest.from(CLIENT);
    if (accept != null) {
      request.with("Accept", accept);
    }

    double most = OVER_LIMIT + more + NOTHING;
    assertThat(AllocatedBytes.perCall(() -> shield.admit(request), most)).isLessThan(most);
  }
}
