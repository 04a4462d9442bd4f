package dev.flowshield.servlet;

import static dev.flowshield.contract.Difference.ENDS_ASYNCHRONOUS_REQUESTS;

import dev.flowshield.contract.Difference;
import java.util.Set;
import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class JettyEe11GoneClientContractTest extends ServletGoneClientContract {

  JettyEe11GoneClientContractTest() {
    super(JettyEe11Container::start);
  }

  @Override
  protected Set<Difference> differences() {
    return Set.of(ENDS_ASYNCHRONOUS_REQUESTS);
  }
}
