package dev.flowshield.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import org.jspecify.annotations.Nullable;

/** Asking a shield, and what is required of its answer. */
final class Admissions {

  static final String CLIENT = "192.0.2.1";
  static final String OTHER = "192.0.2.2";

  private Admissions() {}

  /** Asks as often, and is admitted each time. */
  static void spend(HttpShield shield, @Nullable String peer, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(shield.admit(FakeRequest.from(peer))).isInstanceOf(HttpAdmitted.class);
    }
  }

  /** A request of the client. */
  static FakeRequest get(String path) {
    return new FakeRequest("GET", path, CLIENT);
  }

  /** Asks as often with the same request, and is admitted each time; and then rejected. */
  static void passes(HttpShield shield, FakeRequest request, int times) {
    for (int i = 0; i < times; i++) {
      admitted(shield.admit(request.copy())).close();
    }
    rejected(shield.admit(request.copy()));
  }

  static HttpAdmitted admitted(HttpAdmission admission) {
    assertThat(admission).isInstanceOf(HttpAdmitted.class);
    return (HttpAdmitted) admission;
  }

  static ShieldResponse rejected(HttpAdmission admission) {
    assertThat(admission).isInstanceOf(ShieldResponse.class);
    return (ShieldResponse) admission;
  }

  /** The body of an answer. */
  static String text(ShieldResponse rejection) {
    return new String(rejection.body(), UTF_8);
  }
}
