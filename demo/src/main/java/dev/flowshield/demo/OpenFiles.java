package dev.flowshield.demo;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The number of connections that the system allows this process. */
final class OpenFiles {

  /** Reserved for jars, libraries, selectors, and other files. */
  private static final long RESERVED = 400;

  private OpenFiles() {}

  /**
   * Returns the wanted number of connections, or as many as fit. Clients and server are one
   * process, so each connection is open twice.
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
