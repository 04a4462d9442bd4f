package dev.flowshield.demo;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many connections the system lets this process hold. */
final class OpenFiles {

  /** For jars, libraries, selectors, and the odd file. */
  private static final long RESERVED = 400;

  private OpenFiles() {}

  /**
   * The wanted number of connections, or as many as fit: clients and server are one process, so
   * each connection is open twice.
   */
  static int connections(int wanted) {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      long fit =
          (unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount() - RESERVED) / 2;
      return (int) Math.max(1, Math.min(wanted, fit));
    }
    return wanted;
  }
}
