package dev.flowshield.servlet;

import dev.flowshield.contract.ServerDifference;
import java.util.Set;
import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class JettyEe10GoneClientContractTest extends ServletGoneClientContract {

  JettyEe10GoneClientContractTest() {
    super(JettyEe10Container::start);
  }

  @Override
  protected Set<ServerDifference> differences() {
    return Set.of();
  }
}
