package dev.flowshield.servlet;

import static dev.flowshield.contract.ServerDifference.NO_PUSH;

import dev.flowshield.contract.ServerDifference;
import java.util.Set;
import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class Tomcat11GoneClientContractTest extends ServletGoneClientContract {

  Tomcat11GoneClientContractTest() {
    super(TomcatContainer::start);
  }

  @Override
  protected Set<ServerDifference> differences() {
    return Set.of(NO_PUSH);
  }
}
