package dev.flowshield.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** The example of a shield in JMX and Flight Recorder. */
class ManagementTest {

  @Test
  void anOperatorSeesTheShieldUntilTheApplicationEnds() throws Exception {
    var server = ManagementFactory.getPlatformMBeanServer();
    ObjectName name = new ObjectName("dev.flowshield:type=FlowShield,name=\"default\"");

    try (Management management = new Management()) {
      assertThat(management.shield().engine().limits()).hasSize(1);
      assertThat(server.getAttribute(name, "Admitted")).isEqualTo(0L);
    }
    assertThat(server.isRegistered(name)).isFalse();
  }
}
