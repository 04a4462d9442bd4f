package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.ClientRates.BEYOND;
import static dev.flowshield.engine.overload.ClientRates.SMALL;
import static dev.flowshield.engine.overload.ClientRates.WITHIN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What requests are to their clients, by how much these send. */
class ClientRatesTest {

  private static final long START = Long.MAX_VALUE - 5_000_000_000L; // wraps around meanwhile
  private static final long PERIOD = 1L << 30;
  private static final double TICKS = PERIOD / 1024.0;

  private final ClientRates rates = new ClientRates(START);
  private long now = START;

  /** The hash of a client that has a slot of its own. */
  private static long client(int number) {
    return (long) number << 53;
  }

  /** Requests of a client spread over a period; how many were what. */
  private Map<Integer, Integer> send(int client, int requests) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int i = 0; i < requests; i++) {
      long at = now + PERIOD * i / requests;
      counts.merge(rates.next(client(client), at), 1, Integer::sum);
    }
    return counts;
  }

  /** A period passes in which clients send; then so many are shared out in a period. */
  private void shareOut(double all, int... requests) {
    for (int client = 0; client < requests.length; client++) {
      send(client, requests[client]);
    }
    now += PERIOD;
    rates.share(all / TICKS, now);
  }

  @Test
  void areWithinTheShareOfAClientAsLongAsNothingIsShared() {
    assertThat(send(1, 10_000)).containsOnlyKeys(SMALL);
  }

  @Test
  void areSharedSoThatNoClientHasMoreWithoutAnotherHavingLess() {
    shareOut(1000, 100, 100, 5000, 5000); // 400 each for the large ones

    assertThat(send(0, 100)).containsOnlyKeys(SMALL);
    assertThat(send(1, 300)).containsOnlyKeys(SMALL);
    Map<Integer, Integer> large = send(2, 5000);
    assertThat(large).containsOnlyKeys(WITHIN, BEYOND);
    assertThat(large.get(WITHIN)).as("twice the share").isBetween(780, 820);
  }

  @Test
  void areNotCountedAgainstAClientThatSendsALittleMoreByChance() {
    shareOut(100, 60, 100);

    assertThat(send(0, 65)).containsOnlyKeys(SMALL);
    assertThat(send(1, 100)).containsKey(WITHIN);
  }

  @Test
  void areAllSmallAgainWhenNothingIsSharedAnyMore() {
    shareOut(100, 1000);
    assertThat(send(0, 1000)).containsKey(BEYOND);

    rates.shareAll();
    assertThat(send(0, 1000)).containsOnlyKeys(SMALL);
  }

  @Test
  void areAllSmallWhereThereIsEnoughForAll() {
    shareOut(5000, 1000, 1000);

    assertThat(send(0, 3000)).containsOnlyKeys(SMALL);
  }

  @Test
  void areAllBeyondWhereNothingIsLeft() {
    shareOut(0, 1000);

    assertThat(send(0, 1000)).containsOnlyKeys(BEYOND);
  }

  @Test
  void areForgottenAfterTwoPeriods() {
    send(0, 1000);
    now += 3 * PERIOD;
    rates.share(10 / TICKS, now);

    assertThat(send(1, 1000)).as("none to share with").containsOnlyKeys(SMALL);
  }

  @Test
  void areCountedToAMostThatFitsItsBits() {
    for (int i = 0; i < 70_000; i++) {
      rates.next(client(3), now);
    }
    now += PERIOD;
    rates.share(100 / TICKS, now);

    assertThat(rates.next(client(3), now)).isNotEqualTo(SMALL);
    assertThat(rates.next(client(4), now)).isEqualTo(SMALL);
  }
}
