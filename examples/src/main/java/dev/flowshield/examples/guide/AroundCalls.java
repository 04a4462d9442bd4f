package dev.flowshield.examples.guide;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import java.io.IOException;
import java.util.concurrent.Callable;

/** Calls to another service, no more at a time than it answers without making them wait. */
public final class AroundCalls {

  private AroundCalls() {}

  // snippet: overload-calls
  static String price(Callable<String> call, String lastKnown, FlowShield shield) throws Exception {
    Admission admission = shield.admit(); // one shield for each service that is called
    if (!(admission instanceof Admitted admitted)) {
      return lastKnown; // at once, instead of one more call that waits
    }
    try {
      return call.call();
    } catch (IOException failure) {
      admitted.failed(); // before the close, so this is no try-with-resources
      return lastKnown;
    } finally {
      admitted.close();
    }
  }
  // end
}
