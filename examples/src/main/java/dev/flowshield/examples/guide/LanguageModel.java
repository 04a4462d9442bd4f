package dev.flowshield.examples.guide;

import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import java.util.function.ToIntFunction;

/** Work whose cost is known at its end. */
public final class LanguageModel {

  private LanguageModel() {}

  // snippet: guide-settle
  static boolean ask(
      RateLimiter tokens, String user, String question, ToIntFunction<String> model) {
    if (!(tokens.reserve(user, 500) instanceof Reservation.Held held)) {
      return false;
    }
    try {
      held.settle(model.applyAsInt(question)); // less: the rest is refunded; more: it is owed
      return true;
    } finally {
      held.cancel(); // refunds everything if the model failed; no effect once settled
    }
  }
  // end
}
