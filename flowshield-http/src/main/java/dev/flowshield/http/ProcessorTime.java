package dev.flowshield.http;

import com.sun.management.OperatingSystemMXBean;
import dev.flowshield.engine.FlowShieldBuilder;
import java.lang.management.ManagementFactory;

/**
 * What the operating system says of the processors: how long this process has used them, summed
 * over all. Needs the module {@code jdk.management}, which a process may be without.
 *
 * <p>Thread-safe; reading takes half a microsecond. On Linux it goes in steps of 10 ms.
 */
final class ProcessorTime {

  private ProcessorTime() {}

  /** Returns the processor time of this process, in nanoseconds; below 0 if it cannot tell. */
  static long nanos() {
    try {
      return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean known
          ? known.getProcessCpuTime()
          : -1;
    } catch (NoClassDefFoundError withoutModule) {
      return -1;
    }
  }

  /** Has a shield look at it, if the process can tell. */
  static void tell(FlowShieldBuilder shield) {
    try {
      tell(shield, ManagementFactory.getOperatingSystemMXBean());
    } catch (NoClassDefFoundError withoutModule) {
      // Then the cap is found without.
    }
  }

  /**
   * Has a shield look at it, if a bean can tell.
   *
   * @return whether it can
   */
  static boolean tell(FlowShieldBuilder shield, java.lang.management.OperatingSystemMXBean bean) {
    if (bean instanceof OperatingSystemMXBean known && known.getProcessCpuTime() >= 0) {
      shield.processors(known::getProcessCpuTime, Runtime.getRuntime().availableProcessors());
      return true;
    }
    return false;
  }
}
