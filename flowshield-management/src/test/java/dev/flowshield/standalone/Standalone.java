package dev.flowshield.standalone;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.management.FlowShieldMBeans;
import dev.flowshield.management.FlowShieldRecording;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.Set;
import javax.management.ObjectName;

/** A program with an engine alone, which prints what it sees. */
public final class Standalone {

  private Standalone() {}

  public static void main(String[] args) throws Exception {
    Set<String> before = threads();
    FlowShield shield = FlowShield.builder()
        .perKey("1/s")
        .onRejection(FlowShieldRecording.listener())
        .build();
    shield.admit("alice");
    try (FlowShieldMBeans bean = FlowShieldMBeans.register("orders", shield);
        FlowShieldRecording recording = FlowShieldRecording.observe("orders", shield)) {
      Object admitted = ManagementFactory.getPlatformMBeanServer()
          .getAttribute(
              new ObjectName("dev.flowshield:type=FlowShield,name=\"orders\""), "Admitted");
      Set<String> started = threads();
      started.removeAll(before);
      System.out.println("module " + bean.getClass().getModule().getName() + ", admitted "
          + admitted + ", new threads " + started + (recording == null ? "!" : ""));
    }
  }

  private static Set<String> threads() {
    Set<String> names = new HashSet<>();
    Thread.getAllStackTraces().keySet().forEach(thread -> names.add(thread.getName()));
    return names;
  }
}
