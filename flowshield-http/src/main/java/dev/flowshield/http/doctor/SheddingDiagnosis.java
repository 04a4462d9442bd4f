package dev.flowshield.http.doctor;

import dev.flowshield.engine.OverloadStats;
import dev.flowshield.engine.OverloadStats.Evidence;
import dev.flowshield.engine.ShieldStats;
import java.time.Duration;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Finds other causes than overload while the cap in flight rejects: one client holds most slots,
 * hardly any request ends, or no resource is short. Each sign must last for some seconds.
 *
 * <p>Confined to one task at a time.
 */
public final class SheddingDiagnosis {

  private static final double IDLE = 0.5; // of all processors
  private static final int SECONDS_OF_ONE_CLIENT = 3;
  private static final int SECONDS_OF_ENDS = 5;
  private static final int SECONDS_WITHOUT_SHORTAGE = 10;
  private static final int FEWEST_SLOTS = 8;
  private static final int FEW_ENDS = 10; // fewer than one of this number in flight

  private final LongSupplier processorNanos;
  private final int processors;
  private final IntSupplier mostOfOneClient;
  private final BiConsumer<String, String> found;

  // At the last sample.
  private long shedBefore;
  private long endedBefore;
  private long usedBefore;
  private Duration lookedAt = Duration.ZERO;

  private int ofOneClient; // seconds in a row
  private int counted; // seconds in which ends are counted
  private long ended;
  private int withoutShortage; // seconds in a row
  private long shed; // in these
  private double loads;

  /**
   * Creates a diagnosis without samples.
   *
   * @param processorNanos returns the processor time of the process; negative if unknown
   * @param processors the number of processors that the process may use
   * @param mostOfOneClient returns the most slots in flight that one client holds
   * @param found gets the code and the text of each sign
   */
  public SheddingDiagnosis(
      LongSupplier processorNanos,
      int processors,
      IntSupplier mostOfOneClient,
      BiConsumer<String, String> found) {
    this.processorNanos = processorNanos;
    this.processors = processors;
    this.mostOfOneClient = mostOfOneClient;
    this.found = found;
  }

  /** Begins when the cap has rejected a request. */
  void begin(ShieldStats now) {
    ofOneClient = 0;
    counted = 0;
    ended = 0;
    withoutShortage = 0;
    keep(now);
  }

  private void keep(ShieldStats now) {
    shedBefore = now.shed();
    endedBefore = ended(now);
    usedBefore = processorNanos.getAsLong();
    lookedAt = now.uptime();
  }

  private static long ended(ShieldStats stats) {
    return stats.admitted() - stats.inFlight();
  }

  /**
   * Samples the second since the last call.
   *
   * @param findsCap whether the shield adapts its cap
   */
  public void look(ShieldStats now, boolean findsCap) {
    if (now.shed() == shedBefore) {
      begin(now);
      return;
    }
    double load = load(now);
    lookAtClients(now.inFlight());
    lookAtEnds(now, load);
    lookForShortage(now, findsCap, load);
    keep(now);
  }

  /** Returns the used part of the processors; negative if unknown. */
  private double load(ShieldStats now) {
    long used = processorNanos.getAsLong();
    double nanos = Math.max(1, now.uptime().minus(lookedAt).toNanos());
    return used < 0 ? -1 : (used - usedBefore) / nanos / processors;
  }

  private void lookAtClients(int inFlight) {
    int most = mostOfOneClient.getAsInt();
    ofOneClient = most >= FEWEST_SLOTS && 2 * most > inFlight ? ofOneClient + 1 : 0;
    if (ofOneClient == SECONDS_OF_ONE_CLIENT) {
      found.accept(
          "FS112",
          "one client must not hold most of the places in flight, got one with " + most + " of "
              + inFlight
              + " while others are rejected by the cap: give each client a lower limit, or deny this"
              + " one; if it is a proxy, name it in trusted-proxies");
    }
  }

  private void lookAtEnds(ShieldStats now, double load) {
    boolean isBusy = load >= IDLE; // not if it is unknown
    counted = isBusy ? 0 : counted + 1;
    ended = isBusy ? 0 : ended + ended(now) - endedBefore;
    if (counted < SECONDS_OF_ENDS) {
      return;
    }
    if (ended * FEW_ENDS < now.inFlight()) {
      withoutShortage = -1; // because completions are short
      found.accept(
          "FS114",
          "requests in flight must end, got " + now.inFlight() + " of which " + ended
              + " ended within " + SECONDS_OF_ENDS
              + " s, while others are rejected by the cap"
              + (load < 0
                  ? ""
                  : String.format(
                      Locale.ROOT, " and %.0f %% of the processors are used", 100 * load))
              + ": find out what they wait for, such as a slow backend or slow clients, and set a"
              + " timeout there");
    }
    counted = 0;
    ended = 0;
  }

  private void lookForShortage(ShieldStats now, boolean findsCap, double load) {
    boolean isIdle = 0 <= load && load < IDLE;
    if (!findsCap || !isIdle || withoutShortage < 0 || isShort(now)) {
      withoutShortage = 0;
      return;
    }
    shed = now.shed() - shedBefore + (withoutShortage == 0 ? 0 : shed);
    loads = load + (withoutShortage == 0 ? 0 : loads);
    withoutShortage++;
    if (withoutShortage == SECONDS_WITHOUT_SHORTAGE) {
      found.accept(
          "FS113",
          String.format(
              Locale.ROOT,
              "a server that rejects must be short of something, got %d requests rejected by the cap"
                  + " within %d s while %.0f %% of the processors were used, none waited in front and"
                  + " memory was free, with a cap of %s: find out what requests wait for, or set"
                  + " in-flight to a number",
              shed,
              SECONDS_WITHOUT_SHORTAGE,
              100 * loads / SECONDS_WITHOUT_SHORTAGE,
              now.overload().map(OverloadStats::explanation).orElse("")));
    }
  }

  /** Returns whether requests wait in front, or memory is short. */
  private static boolean isShort(ShieldStats stats) {
    Evidence evidence = stats.overload().flatMap(OverloadStats::evidence).orElse(null);
    return evidence == Evidence.QUEUE_IN_FRONT || evidence == Evidence.MEMORY;
  }
}
