package dev.flowshield.http;

import dev.flowshield.engine.FlowShieldBuilder;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the collectors of garbage of this process say: how much of the heap they have left in use,
 * and for how long they have stopped it. Needs the module {@code java.management}, which a process
 * may be without.
 *
 * <p>Thread-safe; reading takes some microseconds.
 */
final class CollectedHeap {

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
    this.mostBytes = Runtime.getRuntime().maxMemory(); // without what is kept free for survivors
  }

  /** Has a shield look at it, if the process can tell. */
  static void tell(FlowShieldBuilder shield) {
    try {
      CollectedHeap heap = new CollectedHeap();
      shield.memory(heap::used, heap::collectingNanos);
    } catch (NoClassDefFoundError withoutModule) {
      // Then the cap is found without.
    }
  }

  /** The part in use after the latest collection of each pool. */
  double used() {
    long used = 0;
    for (MemoryPoolMXBean pool : pools) {
      MemoryUsage left = pool.getCollectionUsage();
      used += left == null ? 0 : left.getUsed();
    }
    return (double) used / mostBytes;
  }

  /** For how long the process was stopped until now. */
  long collectingNanos() {
    long millis = 0;
    for (GarbageCollectorMXBean collector : collectors) {
      millis += Math.max(0, collector.getCollectionTime());
    }
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
