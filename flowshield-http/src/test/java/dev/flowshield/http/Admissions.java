package dev.flowshield.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;

/** Asking a shield, and what is required of its answer. */
final class Admissions {

  static final String CLIENT = "192.0.2.1";

  private Admissions() {}

  /** Asks as often, and is admitted each time. */
  static void spend(HttpShield shield, @Nullable String peer, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(shield.admit(FakeRequest.from(peer))).isInstanceOf(HttpAdmitted.class);
    }
  }

  static HttpAdmitted admitted(HttpAdmission admission) {
    assertThat(admission).isInstanceOf(HttpAdmitted.class);
    return (HttpAdmitted) admission;
  }

  static HttpAnswer rejected(HttpAdmission admission) {
    assertThat(admission).isInstanceOf(HttpAnswer.class);
    return (HttpAnswer) admission;
  }

  /** The body of an answer. */
  static String text(HttpAnswer rejection) {
    return new String(rejection.body(), UTF_8);
  }
}
