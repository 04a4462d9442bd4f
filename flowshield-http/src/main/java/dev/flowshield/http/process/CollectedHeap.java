package dev.flowshield.http.process;

import dev.flowshield.engine.FlowShieldBuilder;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The reports of the garbage collectors of this process: the used part of the heap after a
 * collection, and the total time of their pauses. Needs the module {@code java.management}, which a
 * process may lack.
 *
 * <p>Thread-safe; a read takes some microseconds.
 */
public final class CollectedHeap {

  // ZGC and Shenandoah have a bean for cycles, which mostly stop nothing, and one for pauses.
  private static final String CONCURRENT = " Cycles";

  private final List<MemoryPoolMXBean> pools;
  private final List<GarbageCollectorMXBean> collectors;
  private final long mostBytes;

  CollectedHeap() {
    this.pools = ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
    this.collectors = ManagementFactory.getGarbageCollectorMXBeans().stream()
        .filter(collector -> !collector.getName().endsWith(CONCURRENT))
        .toList();
    this.mostBytes = Runtime.getRuntime().maxMemory(); // less the space reserved for survivors
  }

  /** Lets a shield observe the heap, if the process has the module. */
  public static void tell(FlowShieldBuilder shield) {
    try {
      CollectedHeap heap = new CollectedHeap();
      shield.memory(heap::used, heap::collectingNanos);
    } catch (NoClassDefFoundError withoutModule) {
      // The cap is adapted without it.
    }
  }

  /** Returns the used part of the heap after the latest collection of each pool. */
  double used() {
    long used = 0;
    for (MemoryPoolMXBean pool : pools) {
      MemoryUsage left = pool.getCollectionUsage();
      used += left == null ? 0 : left.getUsed();
    }
    return (double) used / mostBytes;
  }

  /** Returns the total time of all pauses so far. */
  long collectingNanos() {
    long millis = 0;
    for (GarbageCollectorMXBean collector : collectors) {
      millis += Math.max(0, collector.getCollectionTime());
    }
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
