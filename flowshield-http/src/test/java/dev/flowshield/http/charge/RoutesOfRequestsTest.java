package dev.flowshield.http.charge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Criticality;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.AllocatedBytes;
import dev.flowshield.http.FakeRequest;
import dev.flowshield.http.client.ClientAddress;
import dev.flowshield.http.client.ClientLists;
import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.policy.PolicyTable;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which requests the engine is told to be of one route. */
class RoutesOfRequestsTest {

  private static final List<Policy> ROWS = Stream.of(
          "GET /search  *    10/s", "*   /**      free 20/s", "*   /**      *    50/s")
      .map(Policy::parse)
      .toList();

  private final RequestClassifier adapting =
      classifier(ROWS, it -> it.inFlight(InFlightLimit.auto()));

  private static RequestClassifier classifier(
      List<Policy> rows, UnaryOperator<FlowShieldBuilder> cap) {
    PolicyTable table = new PolicyTable(rows);
    FlowShieldBuilder limits =
        FlowShield.builder().limit(Limit.each(RequestClassifier.CLIENT, "100/s"));
    table.limiting().forEach(row -> limits.named(row.limit(null)));
    return new RequestClassifier(
        ClientAddress.OF_PEER,
        ClientLists.NONE,
        0,
        table,
        new PolicyFunctions(request -> request.header("Plan"), Map.of(), SecretHash.OF_PROCESS),
        new CriticalityResolver(null, null),
        cap.apply(limits).build());
  }

  private static FakeRequest get(String path) {
    return new FakeRequest("GET", path, "192.0.2.1");
  }

  private static RequestCharges charges(RequestClassifier classifier, FakeRequest request) {
    return classifier.charges(request, classifier.plan(request), classifier.client(request));
  }

  @Test
  void areToldApartByTheirRowAndByTheirPath() {
    RequestCharges any = charges(adapting, get("/orders/1"));

    assertThat(charges(adapting, get("/orders/2"))).isSameAs(any);
    assertThat(charges(adapting, get("/users/1"))).isNotSameAs(any);
    assertThat(charges(adapting, get("/search"))).isNotSameAs(any);
    assertThat(charges(adapting, get("/orders/1").with("Plan", "free"))).isNotSameAs(any);
    assertThat(adapting.plan(get("/users/1")))
        .as("by the route alone")
        .isSameAs(adapting.plan(get("/orders/1")));
  }

  @Test
  void areFoundByOneLookAtTheSpellings() {
    FakeRequest request = get("/search");

    charges(adapting, request);

    assertThat(request.spellingReads()).isOne();
  }

  @Test
  void areKeptForRequestsThatMayBeOfTwoRows() {
    FakeRequest request = get("/SEARCH"); // of the first row unless the case counts
    assertThat(adapting.plan(request)).isNotSameAs(adapting.plan(get("/search")));
    double most = 200; // bytes; a plan of its own would be some thousands

    assertThat(AllocatedBytes.perCall(() -> charges(adapting, request), most)).isLessThan(most);
  }

  @Test
  void areKeptForAFewHundredPairsOfRows() {
    RequestClassifier classifier = classifier(
        IntStream.range(0, 300)
            .mapToObj(i -> Policy.parse("* /a" + i + " * 5/s"))
            .toList(),
        limits -> limits.inFlight(9));
    for (int i = 0; i < 300; i++) {
      ChargePlan plan = classifier.plan(get("/A" + i));
      assertThat(plan).isNotSameAs(classifier.plan(get("/a" + i)));
      assertThat(plan == classifier.plan(get("/A" + i))).as("row %s", i).isEqualTo(i < 256);
    }
  }

  @Test
  void areNotLookedForWhereTheCapIsANumber() {
    RequestClassifier fixed = classifier(List.of(), limits -> limits.inFlight(9));

    assertThat(charges(fixed, get("/users/1"))).isSameAs(charges(fixed, get("/orders/1")));
  }

  @Test
  void goDownWithTheLimits() {
    ChargePlan plan = adapting.plan(get("/orders/1"));

    assertThat(plan.limits(Criticality.CRITICAL, 9))
        .isSameAs(plan.limits(Criticality.DEFAULT, ChargePlan.NO_ROUTE)
            .onRoute(9)
            .withCriticality(Criticality.CRITICAL));
  }
}
