package dev.flowshield.servlet;

import static dev.flowshield.contract.ServerDifference.SILENT_STREAMS_OUTLIVE_CLIENTS;
import static dev.flowshield.contract.ServerDifference.UPGRADED_IS_NOT_COUNTED;
import static dev.flowshield.contract.ServerDifference.WAITS_ON_A_THREAD;

import dev.flowshield.contract.ServerDifference;
import java.util.Set;
import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class JettyEe10ContractTest extends ServletContract {

  JettyEe10ContractTest() {
    super(JettyEe10Container::start);
  }

  @Override
  protected Set<ServerDifference> differences() {
    return Set.of(WAITS_ON_A_THREAD, UPGRADED_IS_NOT_COUNTED, SILENT_STREAMS_OUTLIVE_CLIENTS);
  }
}
