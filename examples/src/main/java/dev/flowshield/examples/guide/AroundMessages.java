package dev.flowshield.examples.guide;

import dev.flowshield.Criticality;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Request;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A handler of messages that returns the messages that it cannot process in good time. */
public final class AroundMessages {

  private AroundMessages() {}

  /** A message of a sender, which may be sent again later. */
  record Message(String sender, boolean isRepeatable, String text) {}

  // snippet: overload-messages
  /** Returns whether to acknowledge the message; otherwise the broker sends it again. */
  static CompletableFuture<Boolean> handle(
      Message message,
      Function<String, CompletableFuture<?>> work,
      FlowShield
          shield) { // with inFlight(InFlightLimit.auto()) and perKey("100/s"), which tells senders
    // apart
    Criticality meaning = message.isRepeatable() ? Criticality.SHEDDABLE : Criticality.DEFAULT;
    Admission admission = shield.admit(Request.of(message.sender()).withCriticality(meaning));
    if (!(admission instanceof Admitted admitted)) {
      return CompletableFuture.completedFuture(false);
    }
    return work.apply(message.text()).handle((done, failure) -> {
      if (failure != null) {
        admitted.failed();
      }
      admitted.close();
      return failure == null;
    });
  }
  // end
}
