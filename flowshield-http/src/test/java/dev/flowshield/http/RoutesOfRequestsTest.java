package dev.flowshield.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Criticality;
import dev.flowshield.engine.InFlightLimit;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which requests the engine is told to be of one route. */
class RoutesOfRequestsTest {

  private final HttpShieldBuilder rows = HttpShield.builder()
      .perClient("100/s")
      .policies("""
      GET /search  *    10/s
      *   /**      free 20/s
      *   /**      *    50/s
      """)
      .policies(p -> p.plan(request -> request.header("Plan")));

  private final RequestClassifier charging =
      Sources.runtime(rows.inFlight(InFlightLimit.auto())).charging();

  private static FakeRequest get(String path) {
    return new FakeRequest("GET", path, "192.0.2.1");
  }

  private static ChargePlan charges(RequestClassifier charging, FakeRequest request) {
    return Objects.requireNonNull(charging.charges(request));
  }

  private static int route(RequestClassifier charging, FakeRequest request) {
    return charging.route(request, charges(charging, request));
  }

  @Test
  void areToldApartByTheirRowAndByTheirPath() {
    int any = route(charging, get("/orders/1"));

    assertThat(route(charging, get("/orders/2"))).isEqualTo(any);
    assertThat(route(charging, get("/users/1"))).isNotEqualTo(any);
    assertThat(route(charging, get("/search"))).isNotEqualTo(any);
    assertThat(route(charging, get("/orders/1").with("Plan", "free"))).isNotEqualTo(any);
  }

  @Test
  void areNotLookedForWhereTheCapIsANumber() {
    RequestClassifier fixed =
        Sources.runtime(HttpShield.builder().perClient("9/s").inFlight(9)).charging();

    assertThat(route(fixed, get("/orders/1"))).isEqualTo(RequestClassifier.NO_ROUTE);
  }

  @Test
  void goDownWithTheLimits() {
    ChargePlan charges = charges(charging, get("/orders/1"));

    assertThat(charges.limits(Criticality.CRITICAL, 9))
        .isSameAs(charges
            .limits(Criticality.DEFAULT, RequestClassifier.NO_ROUTE)
            .onRoute(9)
            .withCriticality(Criticality.CRITICAL));
  }
}
