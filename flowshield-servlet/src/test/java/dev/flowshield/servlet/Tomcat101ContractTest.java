package dev.flowshield.servlet;

import static dev.flowshield.contract.ServerDifference.ASKS_FOR_BODIES_FIRST;
import static dev.flowshield.contract.ServerDifference.CLOSES_AFTER_503;
import static dev.flowshield.contract.ServerDifference.SILENT_STREAMS_OUTLIVE_CLIENTS;
import static dev.flowshield.contract.ServerDifference.UPGRADED_IS_NOT_COUNTED;
import static dev.flowshield.contract.ServerDifference.WAITS_ON_A_THREAD;

import dev.flowshield.contract.ServerDifference;
import java.util.Set;
import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class Tomcat101ContractTest extends ServletContract {

  Tomcat101ContractTest() {
    super(TomcatContainer::start);
  }

  @Override
  protected Set<ServerDifference> differences() {
    return Set.of(
        ASKS_FOR_BODIES_FIRST,
        CLOSES_AFTER_503,
        WAITS_ON_A_THREAD,
        UPGRADED_IS_NOT_COUNTED,
        SILENT_STREAMS_OUTLIVE_CLIENTS);
  }
}
