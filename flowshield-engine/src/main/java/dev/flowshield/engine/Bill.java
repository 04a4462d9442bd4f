package dev.flowshield.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What one request is charged, item by item: each with its own limit, key and cost. Remembers what was taken, so that it can be settled.
 *
 * <p>For one thread until it is admitted; then any may settle it, and the first one does.
 */
final class Bill implements Charges {

  private final Refusals refusals;
  private final List<Item> enforced; // what is asked last stands last
  private final List<Item> shadows;
  private final boolean reserved;
  private final AtomicBoolean settled = new AtomicBoolean();
  private @Nullable Item refusing;

  /**
   * A bill to be taken.
   *
   * @param items in any order
   * @param reserved whether it may be settled
   */
  Bill(Refusals refusals, List<Item> items, boolean reserved) {
    this.refusals = refusals;
    this.reserved = reserved;
    this.enforced = new ArrayList<>(items.size());
    this.shadows = new ArrayList<>();
    for (Item item : items) {
      (item.limit().limit().isShadow() ? shadows : enforced).add(item);
    }
    enforced.sort(Comparator.comparingInt(item -> item.limit().turn()));
  }

  @Override
  public boolean areLimited() {
    return !enforced.isEmpty() || !shadows.isEmpty();
  }

  @Override
  public @Nullable OverLimit judge(String key, long hash, long permits, long now) {
    Item slowest = null;
    long longest = 0;
    for (Item item : enforced) {
      OverLimit block = refusals.block(item.limit(), item.key(), item.hash(), now);
      if (block != null) {
        return block;
      }
      long wait = item.retryAfterNanos(now);
      if (wait > longest) {
        slowest = item;
        longest = wait;
      }
    }
    return slowest == null ? null : refused(slowest, slowest.overLimit(now, longest), now);
  }

  @Override
  public boolean take(String key, long hash, long permits, long now) {
    return takeFrom(0, now);
  }

  private boolean takeFrom(int index, long now) {
    if (index == enforced.size()) {
      askShadows(0, now);
      return true;
    }
    Item item = enforced.get(index);
    if (!item.take(now)) {
      refusing = item;
      return false;
    }
    boolean rest = false;
    try {
      rest = takeFrom(index + 1, now);
    } finally { // also when somebody's limiter throws
      if (!rest) {
        item.giveBack();
      }
    }
    return rest;
  }

  private void askShadows(int index, long now) {
    if (index == shadows.size()) {
      return;
    }
    Item item = shadows.get(index);
    boolean taken = false;
    while (!taken && item.retryAfterNanos(now) == 0 && item.refusal() == null) {
      taken = item.take(now);
    }
    boolean rest = false;
    try {
      if (!taken) {
        refusals.wouldRefuse(item.limit(), item.key(), item.hash(), item.permits(), now);
      }
      askShadows(index + 1, now);
      rest = true;
    } finally { // as above
      if (!rest) {
        item.giveBack();
      }
    }
  }

  @Override
  public @Nullable OverLimit refusal(long now) {
    OverLimit refusal = refusing == null ? null : refusing.refusal();
    return refusing == null || refusal == null ? null : refused(refusing, refusal, now);
  }

  private OverLimit refused(Item item, OverLimit refusal, long now) {
    return refusals.refused(item.limit(), item.key(), item.hash(), refusal, now);
  }

  @Override
  public Admitted admitted(FlowShield shield) {
    return reserved ? new Admitted(shield, this) : new Admitted(shield);
  }

  /** Settles all items at one cost. */
  void settle(long used) {
    if (used < 0) {
      throw new IllegalArgumentException(
          "used must be 0 or more, got " + used + ": settle(0) gives all permits back");
    }
    List<Item> items = items();
    long permits = items.isEmpty() ? used : items.get(0).permits();
    for (Item item : items) {
      if (item.permits() != permits) {
        throw new IllegalStateException(
            "charges must be of one cost to be settled by one number, got " + permits + " and "
                + item.permits() + ": use settle(Charge...)");
      }
    }
    long[] each = new long[items.size()];
    Arrays.fill(each, used);
    if (settled.compareAndSet(false, true)) {
      settleFrom(0, items, each);
    }
  }

  private static void settleFrom(int index, List<Item> items, long[] used) {
    if (index < items.size()) {
      try {
        items.get(index).settle(used[index]);
      } finally { // one that fails does not keep the others from theirs
        settleFrom(index + 1, items, used);
      }
    }
  }

  /** Settles the items that are named, each at its own cost. */
  void settle(Charge[] charges) {
    List<Item> items = items();
    Item[] named = new Item[charges.length];
    long[] used = new long[charges.length];
    for (int i = 0; i < charges.length; i++) {
      named[i] = named(items, charges[i]);
      used[i] = charges[i].permits();
      for (int j = 0; j < i; j++) {
        if (named[j] == named[i]) {
          throw duplicate(charges[i]);
        }
      }
    }
    List<Item> toSettle = List.of(named);
    if (settled.compareAndSet(false, true)) {
      settleFrom(0, toSettle, used);
    }
  }

  private static Item named(List<Item> items, Charge charge) {
    for (Item item : items) {
      if (item.limit().limit().name().equals(charge.limit()) && item.key().equals(charge.key())) {
        return item;
      }
    }
    throw new IllegalArgumentException("charges must be among those that were reserved, got limit '"
        + charge.limit() + "' with " + shown(charge.key()) + ": settle what was charged");
  }

  static IllegalArgumentException duplicate(Charge charge) {
    return new IllegalArgumentException("charges must be unique, got limit '" + charge.limit()
        + "' twice with " + shown(charge.key()) + ": add up what they cost");
  }

  private static String shown(String key) {
    return key.isEmpty()
        ? "no key"
        : "key '" + (key.length() <= 64 ? key : key.substring(0, 64) + "…") + "'";
  }

  private List<Item> items() {
    List<Item> items = new ArrayList<>(enforced);
    items.addAll(shadows);
    return items;
  }
}
