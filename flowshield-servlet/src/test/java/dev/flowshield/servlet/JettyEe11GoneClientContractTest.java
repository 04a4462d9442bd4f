package dev.flowshield.servlet;

import dev.flowshield.contract.ServerDifference;
import java.util.Set;
import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class JettyEe11GoneClientContractTest extends ServletGoneClientContract {

  JettyEe11GoneClientContractTest() {
    super(JettyEe11Container::start);
  }

  @Override
  protected Set<ServerDifference> differences() {
    return Set.of();
  }
}
