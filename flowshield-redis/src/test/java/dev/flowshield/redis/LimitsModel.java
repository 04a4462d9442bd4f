package dev.flowshield.redis;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the script has to answer and to write, by numbers of any size: each debt as a formula has
 * it, with no way that is shorter for the usual question. Shares nothing with the script.
 */
final class LimitsModel {

  private static final BigInteger MOST = BigInteger.ONE.shiftLeft(48).subtract(BigInteger.ONE);

  /**
   * What is asked of one key.
   *
   * @param charged the permits of each rate to charge
   */
  record Part(String key, StoredRates rates, long permits, List<Long> charged) {}

  private record Debt(BigInteger owed, StoredRate rate) {}

  private record Value(BigInteger at, List<Debt> debts) {}

  /** A value as of now, and whether that is more than the passing of time. */
  private record Standing(Value value, boolean isChanged) {}

  private final BigInteger stepBack; // the longest by which one clock is corrected, in ticks
  private final Map<String, Value> values = new HashMap<>();
  private final Set<String> written = new HashSet<>();

  LimitsModel(long stepBack) {
    this.stepBack = BigInteger.valueOf(stepBack);
  }

  /** The numbers of the answer. */
  List<Long> ask(Deed deed, List<Part> parts, long now) {
    List<Standing> all =
        parts.stream().map(part -> standing(part, BigInteger.valueOf(now))).toList();
    boolean isRejected = false;
    for (int k = 0; k < parts.size(); k++) {
      isRejected |= deed == Deed.TAKE && !isFree(all.get(k).value, parts.get(k).permits);
    }
    written.clear();
    List<Long> answer = new ArrayList<>();
    answer.add(isRejected ? 0 : parts.get(0).permits);
    answer.add(now);
    for (int k = 0; k < parts.size(); k++) {
      Part part = parts.get(k);
      Value before = all.get(k).value;
      Value after = isRejected ? before : done(deed, part, before);
      boolean isMore = deed == Deed.CHARGE || (deed == Deed.TAKE && !isRejected);
      if (all.get(k).isChanged || isMore || !owed(after).equals(owed(before))) {
        values.put(part.key, after);
        written.add(part.key);
      }
      for (Debt debt : after.debts) {
        answer.add(debt.owed.longValueExact());
      }
    }
    return answer;
  }

  private Standing standing(Part part, BigInteger now) {
    Value value = values.getOrDefault(part.key, new Value(now, List.of()));
    BigInteger elapsed = now.subtract(value.at);
    boolean isOtherClock = elapsed.negate().compareTo(stepBack) > 0;
    boolean isChanged = isOtherClock;
    List<Debt> debts = new ArrayList<>();
    for (int r = 0; r < part.rates.size(); r++) {
      StoredRate rate = part.rates.get(r);
      if (r >= value.debts.size()) {
        debts.add(new Debt(BigInteger.ZERO, rate));
        continue;
      }
      Debt known = value.debts.get(r);
      BigInteger owed = owedAfter(known, isOtherClock ? BigInteger.ZERO : elapsed);
      boolean isSame =
          known.rate.drain() == rate.drain() && known.rate.capacity() == rate.capacity();
      debts.add(new Debt(isSame ? owed : converted(owed, known.rate, rate), rate));
      isChanged |= !isSame;
    }
    return new Standing(new Value(now, debts), isChanged);
  }

  private static BigInteger owedAfter(Debt debt, BigInteger ticks) {
    BigInteger paidOff = ticks.multiply(BigInteger.valueOf(debt.rate.drain()));
    return debt.owed.subtract(paidOff).max(BigInteger.ZERO).min(MOST);
  }

  private static BigInteger converted(BigInteger owed, StoredRate from, StoredRate to) {
    BigInteger capacity = BigInteger.valueOf(from.capacity());
    BigInteger toCapacity = BigInteger.valueOf(to.capacity());
    if (owed.compareTo(capacity) <= 0) {
      return dividedUp(owed.multiply(toCapacity), capacity);
    }
    BigInteger beyond = owed.subtract(capacity).multiply(BigInteger.valueOf(to.drain()));
    return toCapacity.add(dividedUp(beyond, BigInteger.valueOf(from.drain()))).min(MOST);
  }

  private static BigInteger dividedUp(BigInteger dividend, BigInteger divisor) {
    BigInteger[] parts = dividend.divideAndRemainder(divisor);
    return parts[1].signum() == 0 ? parts[0] : parts[0].add(BigInteger.ONE);
  }

  private static boolean isFree(Value value, long permits) {
    return value.debts.stream()
        .allMatch(debt -> debt.owed
                .add(cost(debt.rate, permits))
                .compareTo(BigInteger.valueOf(debt.rate.capacity()))
            <= 0);
  }

  private static BigInteger cost(StoredRate rate, long permits) {
    return BigInteger.valueOf(rate.price()).multiply(BigInteger.valueOf(permits));
  }

  private static Value done(Deed deed, Part part, Value before) {
    List<Debt> debts = new ArrayList<>();
    for (int r = 0; r < before.debts.size(); r++) {
      Debt debt = before.debts.get(r);
      BigInteger cost = cost(debt.rate, part.permits);
      debts.add(
          switch (deed) {
            case PEEK -> debt;
            case TAKE, SOME -> with(debt, debt.owed.add(cost));
            case CHARGE ->
              with(debt, debt.owed.add(cost(debt.rate, part.charged.get(r))).min(MOST));
            case RESET -> with(debt, BigInteger.ZERO);
            case ADD -> with(debt, debt.owed.subtract(cost).max(BigInteger.ZERO));
          });
    }
    return new Value(before.at, debts);
  }

  private static Debt with(Debt debt, BigInteger owed) {
    return new Debt(owed, debt.rate);
  }

  private static List<BigInteger> owed(Value value) {
    return value.debts.stream().map(Debt::owed).toList();
  }

  /** Whether the script had to write the value of a key when it was asked last. */
  boolean hasWritten(String key) {
    return written.contains(key);
  }

  /** The ticks from now until a key owes nothing; 0 if it does not. */
  long ticksUntilPaidOff(String key, long now) {
    Value value = values.get(key);
    if (value == null) {
      return 0;
    }
    BigInteger elapsed = BigInteger.valueOf(now).subtract(value.at);
    BigInteger counted = elapsed.negate().compareTo(stepBack) > 0 ? BigInteger.ZERO : elapsed;
    return value.debts.stream()
        .map(debt -> dividedUp(owedAfter(debt, counted), BigInteger.valueOf(debt.rate.drain())))
        .mapToLong(BigInteger::longValueExact)
        .max()
        .orElse(0);
  }

  boolean knows(String key) {
    return values.containsKey(key);
  }

  /** The value of a key has expired. */
  void forget(String key) {
    values.remove(key);
  }

  /** The clock is moved on by so many ticks, or back. */
  void move(long ticks) {
    values.replaceAll(
        (key, value) -> new Value(value.at.subtract(BigInteger.valueOf(ticks)), value.debts));
  }
}
