package dev.flowshield.http.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flowshield.Criticality;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Limit.Scope;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows, and the table that they make. */
class PolicyTest {

  private static PolicyTable table(String... rows) {
    return new PolicyTable(Stream.of(rows).map(Policy::parse).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /search free 10/s, 2000/h",
        "PUT,POST /upload pro,team 5/min burst 2 name=uploads cost=2",
        "* /login * 5/min key=account on=status:401,4xx shadow",
        "* /export * 100/h key=header:X-Api-Key cost=later:50",
        "* /ask * 100/h key=cookie:sid cost=later penalty=20/min:5min:24h",
        "POST /orders * 10/s status=503 shadow",
        "POST /pay * 10/s class=critical shadow",
        "* *.css * off",
        "* /ping * off class=sheddable",
      })
  void areTextAsTheyWereWritten(String row) {
    assertThat(Policy.parse(row).toString().replace("1day", "24h")).isEqualTo(row);
    assertThat(
            Policy.parse("  " + row.replace(" ", " \t ") + " ").toString().replace("1day", "24h"))
        .isEqualTo(row);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET /x * | row must be <method> <path> <plan> <limits>",
        "GET /x * key=address | limit must be permits/period",
        "GET /x * fast | limit must be permits/period",
        "GET /x * 5/s key= | key must be address, everyone, principal, header:<name>",
        "GET /x * 5/s key=Account | key must be address, everyone, principal, header:<name>",
        "GET /x * 5/s key=header: | key must name the header or cookie",
        "GET /x * 5/s key=cookie:a b | row must have options among",
        "GET /x * 5/s cost=0 | cost must be as in '5', 'later' or 'later:50', got '0'",
        "GET /x * 5/s cost=later: | cost must be as in",
        "GET /x * 5/s cost=-1 | cost must be as in",
        "GET /x * 5/s cost=99999999999999999999 | cost must be as in",
        "GET /x * 5/s cost=6 | cost must be at most the burst, got 6",
        "GET /x * 5/s on=401 | on must be status: and statuses",
        "GET /x * 5/s on=status:600 | on must be status: and statuses",
        "GET /x * 5/s on=status:4x | on must be status: and statuses",
        "GET /x * 5/s shadow shadow | row must say each option once",
        "GET /x * 5/s key=a key=b | row must say each option once",
        "GET /x * 5/s shadow=true | row must have options among",
        "GET /x * 5/s enforce | limit must be permits/period",
        "GET /x * 5/s shadow enforce | row must have options among",
        "GET /x * 5/s status=399 | status must be 400 to 599, got '399': leave it out for 429",
        "GET /x * 5/s status=600 | status must be 400 to 599",
        "GET /x * 5/s status=4xx | status must be 400 to 599",
        "GET /x * 5/s status= | status must be 400 to 599",
        "GET /x * off status=503 | row must have no options but class= where the limit is off, got [status=503]",
        "GET /x * deny class=critical | row must have no options where the limit is deny",
        "GET /x * 5/s class=high | class must be one of critical, default, sheddable, got 'high'",
        "GET /x * off shadow | row must have no options but class= where the limit is off",
        "GET /x a,,b 5/s | plan must be as in 'free', 'pro,team' or '*'",
        "GET /x * 5/s name=a/b | name of a limit must be",
        "GET /x * 5/s penalty=20 | penalty must be rejections/period",
        "GET /x * 5/s penalty=20/min:1h:1min | penalty must be rejections/period",
        "GET /x * 5/s penalty=20/min:1h:1day:1day | penalty must be rejections/period",
      })
  void areNotMadeOfWhatIsNone(String row, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Policy.parse(row))
        .withMessageContaining(message)
        .withMessageContaining(": ");
  }

  @Test
  void keepALimitOfTheirName() {
    List<Limit> limits = table(
            "GET /search free 10/s",
            "GET /search pro 20/s",
            "POST /search free 5/s",
            "* /users/*/orders * 5/s key=everyone",
            "* /** * 5/s shadow",
            "* /client * 5/s",
            "* *.css * 5/s",
            "* /x * 5/s name=own")
        .limiting()
        .stream()
        .map(Policy::limit)
        .toList();

    assertThat(limits)
        .extracting(Limit::name)
        .containsExactly(
            "search-free",
            "search-pro",
            "search-free-2",
            "users-orders",
            "all",
            "client-2",
            "css",
            "own");
    assertThat(limits.get(3).scope()).isEqualTo(Scope.TOGETHER);
    assertThat(limits.get(4).isShadow()).isTrue();
  }

  @Test
  void areFoundFromTheTop() {
    PolicyTable table = table(
        "GET /search free 10/s",
        "GET /search * 100/s",
        "* *.css * off",
        "* /api/** * 50/s",
        "GET /search free 200/h");

    assertThat(table.find("GET", "/search", "free")).isZero();
    assertThat(table.of(0))
        .extracting(Policy::name)
        .containsExactly("search-free", "search-free-2");
    assertThat(table.find("GET", "/search", "pro")).isEqualTo(1);
    assertThat(table.find("GET", "/search", null)).isEqualTo(1);
    assertThat(table.find("HEAD", "/search", null)).isEqualTo(1);
    assertThat(table.find("GET", "/api/style.css", null)).isEqualTo(2);
    assertThat(table.of(2)).isEmpty();
    assertThat(table.find("POST", "/api/v1", "free")).isEqualTo(3);
    assertThat(table.find("POST", "/search", "free")).isEqualTo(-1);
    assertThat(table.size()).isEqualTo(4);
    assertThat(table.isForAll()).isFalse();
    assertThat(table("GET /** * 5/s", "* /** free 5/s", "* /x/** * 5/s").isForAll())
        .isFalse();
    assertThat(table("* /** * 5/s").isForAll()).isTrue();
  }

  @Test
  void areNoTableIfTwoHaveOneName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table("* /a * 5/s name=x", "* /b * 5/s name=x"))
        .withMessageStartingWith("name must be unique, got 'x' twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table("* /a * 5/s name=everyone"))
        .withMessageStartingWith("name must be unique, got 'everyone' twice");
  }

  @Test
  void areNoTableIfAScopeIsOffAndLimited() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table("GET /a * off", "GET /a * 5/s"))
        .withMessageStartingWith(
            "rows for 'GET /a *' must be limits, or one row with off or deny, got both");
  }

  @Test
  void areAtMostAThousandAndEightOfAScope() {
    String[] nine = Stream.iterate(1, i -> i + 1)
        .limit(9)
        .map(i -> "* /a * " + i + "/s")
        .toArray(String[]::new);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table(nine))
        .withMessageContaining("must be at most 8, got 9");
    String[] many = Stream.iterate(1, i -> i + 1)
        .limit(1_001)
        .map(i -> "* /" + i + " * 5/s")
        .toArray(String[]::new);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table(many))
        .withMessageContaining("must be at most 1,000, got 1001");
  }

  @Test
  void costByStatusAndByWhatIsTold() {
    Policy failures = Policy.parse("* /login * 5/min on=status:401,5xx");
    assertThat(failures.cost(401, -1)).isEqualTo(1);
    assertThat(failures.cost(503, -1)).isEqualTo(1);
    assertThat(failures.cost(200, -1)).isZero();
    assertThat(failures.cost(0, -1)).isEqualTo(1);
    assertThat(failures.cost(401, 7)).isEqualTo(1);

    Policy later = Policy.parse("* /ask * 100/h cost=later:50");
    assertThat(later.cost()).isEqualTo(50);
    assertThat(later.cost(200, 7)).isEqualTo(7);
    assertThat(later.cost(200, 0)).isZero();
    assertThat(later.cost(200, -1)).isEqualTo(50);
    assertThat(Policy.parse("* /ask * 100/h cost=3").cost(200, -1)).isEqualTo(3);
  }

  @Test
  void sayHowMuchTheirRequestsMean() {
    PolicyTable table = table(
        "GET /a * 5/s class=critical",
        "GET /a * 9/h key=account",
        "GET /b * 5/s",
        "GET /c * off class=SHEDDABLE");

    assertThat(table.criticality(0)).isEqualTo(Criticality.CRITICAL);
    assertThat(table.criticality(1)).isEqualTo(Criticality.DEFAULT);
    assertThat(table.criticality(2)).isEqualTo(Criticality.SHEDDABLE);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> table("GET /a * 5/s class=critical", "GET /a * 9/h key=x class=sheddable"))
        .withMessage("class must be the same in all rows for 'GET /a *', got [CRITICAL, SHEDDABLE]:"
            + " say it in one of them");
  }
}
