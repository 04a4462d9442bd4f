package dev.flowshield.http;

import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Request;
import dev.flowshield.http.policy.Policy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What requests of one kind are charged: limits, with the source of the key and the cost for each.
 *
 * <p>Immutable.
 */
final class Charges {

  /**
   * A limit.
   *
   * @param name its name
   * @param keys where its key comes from; null if it is for all together
   * @param cost what a request takes
   * @param isTold whether clients may know how it stands
   * @param settled the policy that knows at the end what the request has cost; null if it is known
   *     before
   */
  record Part(
      String name,
      @Nullable RequestKeys keys,
      long cost,
      boolean isTold,
      @Nullable Policy settled) {

    Charge charge(RequestView request, String client) {
      return keys == null
          ? Charge.of(name, cost)
          : Charge.of(name, keys.key(request, client), cost);
    }
  }

  private final Part[] parts;
  private final boolean withNetwork;
  private final boolean isSettled;

  /**
   * These limits.
   *
   * @param withNetwork whether the networks of clients are limited too
   */
  Charges(List<Part> parts, boolean withNetwork) {
    this.parts = parts.toArray(Part[]::new);
    this.withNetwork = withNetwork;
    this.isSettled = parts.stream().anyMatch(part -> part.settled != null);
  }

  /** What a request is charged that may be one of these or of others: both, and none twice. */
  Charges and(Charges others) {
    Map<String, Part> all = new LinkedHashMap<>();
    for (Part part : parts) {
      all.put(part.name, part);
    }
    for (Part part : others.parts) {
      all.putIfAbsent(part.name, part);
    }
    return new Charges(List.copyOf(all.values()), withNetwork || others.withNetwork);
  }

  /** The number of the limits, at most. */
  int size() {
    return parts.length + (withNetwork ? 1 : 0);
  }

  /** Whether the networks of clients are limited too. */
  boolean withNetwork() {
    return withNetwork;
  }

  /**
   * The bill of a request.
   *
   * @param client the key of its client's address
   * @param network the key of its client's network; null if that is not limited
   */
  Bill bill(RequestView request, String client, @Nullable String network) {
    Charge[] charges = new Charge[parts.length + (network == null ? 0 : 1)];
    for (int i = 0; i < parts.length; i++) {
      charges[i] = parts[i].charge(request, client);
    }
    if (network != null) {
      charges[parts.length] = Charge.of(ClientNetwork.NAME, network);
    }
    Request asked = Request.of(charges);
    return isSettled
        ? new Bill(this, asked.reserved(), charges, settledLater(charges))
        : new Bill(this, asked, charges, List.of());
  }

  private List<Bill.Later> settledLater(Charge[] charges) {
    List<Bill.Later> later = new ArrayList<>();
    for (int i = 0; i < parts.length; i++) {
      Policy policy = parts[i].settled;
      if (policy != null) {
        later.add(new Bill.Later(charges[i], policy));
      }
    }
    return later;
  }

  /** The charges of a bill of which the client may know how they stand, at one permit each. */
  Charge[] told(Bill bill) {
    List<Charge> told = new ArrayList<>();
    Charge[] all = bill.charges();
    for (int i = 0; i < all.length; i++) {
      if (i == parts.length || parts[i].isTold) { // behind the parts is the network
        told.add(Charge.of(all[i].limit(), all[i].key()));
      }
    }
    return told.toArray(Charge[]::new);
  }

  /**
   * Checks that a shield can be asked for these.
   *
   * @throws IllegalStateException if it cannot
   */
  void requirePossible(FlowShield engine) {
    List<Charge> charges = new ArrayList<>();
    for (Part part : parts) {
      charges.add(new Charge(part.name, part.keys == null ? "" : "client", part.cost));
    }
    if (withNetwork) {
      charges.add(Charge.of(ClientNetwork.NAME, "network"));
    }
    Request asked = Request.of(charges.toArray(Charge[]::new));
    try {
      engine.requirePossible(isSettled ? asked.reserved() : asked);
    } catch (IllegalArgumentException | UnsupportedOperationException impossible) {
      throw new IllegalStateException(
          "policies must fit the limits, got what no request could pass: "
              + impossible.getMessage(),
          impossible);
    }
  }
}
