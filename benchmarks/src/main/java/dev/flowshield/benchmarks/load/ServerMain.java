package dev.flowshield.benchmarks.load;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;

/**
 * A process with one server. It prints its port, then its resource usage for each line that it
 * reads, and exits at the end of its input.
 */
public final class ServerMain {

  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private ServerMain() {}

  /**
   * Starts the server.
   *
   * @param args the names of a {@link Server} and of a {@link Protection}
   */
  public static void main(String[] args) throws Exception {
    int port = Server.valueOf(args[0]).start(Protection.valueOf(args[1]));
    System.out.println(ServerProcess.ANSWER + port);
    try (BufferedReader asked =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      while (asked.readLine() != null) {
        System.out.println(ServerProcess.ANSWER + PROCESS.getProcessCpuTime() + " " + allocated());
      }
    }
    Runtime.getRuntime().halt(0);
  }

  /** Returns the bytes allocated by live threads, which include those of servers. */
  private static long allocated() {
    return LongStream.of(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
        .filter(bytes -> bytes > 0)
        .sum();
  }
}
