package dev.flowshield.http;

import static dev.flowshield.http.Admissions.get;
import static dev.flowshield.http.Admissions.passes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.flowshield.Decision;
import dev.flowshield.engine.Limit;
import dev.flowshield.testkit.ManualTicker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Where policies stand, and what is said of those that cannot be meant so. */
class PolicyConfigurationTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  private HttpShieldBuilder builder() {
    return HttpShield.builder().operations(o -> o.ticker(ticker));
  }

  @Nested
  class Mistakes {

    @Test
    void aPlanWithoutItsFunction() {
      assertThatIllegalStateException()
          .isThrownBy(() -> builder().perClient("1/s").policies("* /a free 1/s").build())
          .withMessageStartingWith("plan must be given in code where a policy names one, got none");
    }

    @Test
    void aKeyWithoutItsFunction() {
      assertThatIllegalStateException()
          .isThrownBy(() ->
              builder().perClient("1/s").policies("* /a * 1/s key=account").build())
          .withMessageStartingWith("key must be one that is known, got 'account' in a policy");
    }

    @Test
    void aFunctionThatIsGivenTwiceOrHasANameThatIsTaken() {
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              builder().policies(p -> p.key("a", request -> "").key("a", request -> "")))
          .withMessageStartingWith("key must be set once for each name, got 'a' again");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder().policies(p -> p.key("principal", request -> "")))
          .withMessageContaining("choose another name for the function");
    }

    @Test
    void aTableThatLeavesRequestsUnlimited() {
      assertThatIllegalStateException()
          .isThrownBy(() -> builder().inFlight(5).policies("* /a * 1/s").build())
          .withMessageStartingWith("perClient must be set where policies are");
    }

    @Test
    void aKeyThatClientsChooseAndNothingBeside() {
      for (String key : List.of("header:X", "cookie:x", "own")) {
        assertThatIllegalStateException()
            .isThrownBy(() -> builder()
                .policies(p -> p.key("own", request -> request.header("Own")))
                .policies("* /** * 1/day key=" + key)
                .build())
            .withMessageStartingWith("perClient must be set where the clients of a policy choose"
                + " what it counts by, got none beside '* /** * 1/day name=all key=" + key + "'");
      }
      builder().policies("* /** * 1/day key=header:X\n* /** * 9/day").build();
      builder().policies("* /** * 1/day key=principal").build();
      builder().limit("9/s").policies("* /** * 1/day key=header:X").build();
    }

    @Test
    void aRowThatIsNone() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder().policies("* /a * 1/s\nGET /b"))
          .withMessageStartingWith("policy 'GET /b': row must be <method> <path> <plan> <limits>");
    }

    @Test
    void aChargeByStatusBesideALimiterThatCannotReserve() {
      assertThatIllegalStateException()
          .isThrownBy(() -> builder()
              .limit(Limit.together("foreign", "5/s")
                  .withLimiter((key, permits) -> new Decision.Admitted(1)))
              .policies("* /** * 1/s on=status:401")
              .build())
          .withMessageStartingWith("policies must fit the limits, got what no request could pass");
    }
  }

  @Nested
  class Configured {

    @Test
    void asRowsInTheOrderOfTheirNumbers() {
      HttpShield shield = Sources.shield(
          Map.of("flowshield.policy.2", "GET /a * 2/day"),
          Map.of("FLOWSHIELD_POLICY_10", "* /** * 4/day"),
          Map.of(),
          Map.of("policy.2", "GET /a * 7/day", "policy.1", "POST /a * 1/day"));

      assertThat(shield.policies())
          .containsExactly(
              "POST /a * 1/day name=a", "GET /a * 2/day name=a-2", "* /** * 4/day name=all");
    }

    @Test
    void withListsAndExemptPathsAndAPenalty() {
      HttpShield shield = Sources.shield(
          Map.of(),
          Map.of("FLOWSHIELD_DENY", "203.0.113.0/24"),
          Map.of("allow", "loopback", "headers", "always"),
          Map.of("exempt-paths", "*.css, /assets/**", "penalty", "20/min"));

      assertThat(shield.policies()).containsExactly("* *.css * off", "* /assets/** * off");
      assertThat(shield.toString())
          .contains("allowed: 127.0.0.0/8, ", "denied: 203.0.113.0/24", "blocked for 5min");
    }

    @Test
    void asAFileBehindTheRows() {
      HttpShield shield = Sources.shield(
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of("policies", "policies-of-a-test.txt", "policy.1", "POST /a * 1/day"));

      assertThat(shield.policies())
          .containsExactly(
              "POST /a * 1/day name=a", "GET /search * 10/s name=search", "* *.css * off");
    }

    @Test
    void wronglyIsToldWithItsPlace() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Sources.shield(
              Map.of(),
              Map.of("FLOWSHIELD_POLICY_3", "GET /a"),
              Map.of(),
              Map.of("policies", "no-such-file.txt", "policy.0", "x", "policy.<n>", "y")))
          .withMessageContaining(
              "environment variable 'FLOWSHIELD_POLICY_3': policy 'GET /a': row must be")
          .withMessageContaining("'policies' in flowshield.properties must be a file on the class"
              + " path, as in 'policies.txt', or an address")
          .withMessageContaining("'policy.0' in flowshield.properties must be one of")
          .withMessageContaining("'policy.<n>' in flowshield.properties must be one of");
    }

    @Test
    void withFunctionsThatOnlyCodeCanGive() {
      HttpShield shield = HttpShield.fromConfiguration(
          Map.of(),
          it -> it.policies(p -> p.plan(request -> "free"))
              .policies("* /a free 1/day")
              .operations(o -> o.ticker(ticker)));

      passes(shield, get("/a"), 1);
    }
  }
}
