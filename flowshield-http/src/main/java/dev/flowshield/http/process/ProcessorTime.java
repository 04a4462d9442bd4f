package dev.flowshield.http.process;

import com.sun.management.OperatingSystemMXBean;
import dev.flowshield.engine.FlowShieldBuilder;
import java.lang.management.ManagementFactory;

/**
 * The processor time of this process, summed over all processors, as the operating system reports
 * it. Needs the module {@code jdk.management}, which a process may lack.
 *
 * <p>Thread-safe; a read takes half a microsecond. The resolution on Linux is 10 ms.
 */
public final class ProcessorTime {

  private ProcessorTime() {}

  /** Returns the processor time of this process, in nanoseconds; negative if unknown. */
  public static long nanos() {
    try {
      return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean known
          ? known.getProcessCpuTime()
          : -1;
    } catch (NoClassDefFoundError withoutModule) {
      return -1;
    }
  }

  /** Lets a shield observe the processors, if the process has the module. */
  public static void tell(FlowShieldBuilder shield) {
    try {
      tell(shield, ManagementFactory.getOperatingSystemMXBean());
    } catch (NoClassDefFoundError withoutModule) {
      // The cap is adapted without it.
    }
  }

  /**
   * Lets a shield observe the processors, if a bean knows them.
   *
   * @return whether it does
   */
  public static boolean tell(
      FlowShieldBuilder shield, java.lang.management.OperatingSystemMXBean bean) {
    if (bean instanceof OperatingSystemMXBean known && known.getProcessCpuTime() >= 0) {
      shield.processors(known::getProcessCpuTime, Runtime.getRuntime().availableProcessors());
      return true;
    }
    return false;
  }
}
