package dev.flowshield.servlet;

import dev.flowshield.contract.ServerDifference;
import java.util.Set;
import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class Tomcat101GoneClientContractTest extends ServletGoneClientContract {

  Tomcat101GoneClientContractTest() {
    super(TomcatContainer::start);
  }

  @Override
  protected Set<ServerDifference> differences() {
    return Set.of();
  }
}
