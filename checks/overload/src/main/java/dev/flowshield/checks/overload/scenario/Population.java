package dev.flowshield.checks.overload.scenario;

import java.util.Arrays;
import java.util.List;

/**
 * The clients and their shares of the traffic. Abusive clients send only during the overload, which
 * they cause.
 */
public final class Population {

  /** The criticality of work that is rejected first. */
  public static final int SHEDDABLE = 0;

  /** The default criticality. */
  public static final int DEFAULT = 1;

  /** The criticality of work that is rejected last. */
  public static final int CRITICAL = 2;

  /**
   * Clients with equal properties.
   *
   * @param share the total share of these clients, in the unit of the other groups
   * @param exponent 0 for equal shares; otherwise the share of the i-th client is proportional to 1
   *     / i^exponent
   */
  public record Group(
      int clients, double share, double exponent, int criticality, boolean isAbusive) {

    /** Returns clients with equal shares. */
    public static Group equal(int clients, double share, int criticality) {
      return new Group(clients, share, 0, criticality, false);
    }

    /** Returns clients that send only during the overload. */
    public static Group abusive(int clients, double share) {
      return new Group(clients, share, 0, DEFAULT, true);
    }
  }

  private final int[] criticalities;
  private final boolean[] abusive;
  private final double[] always;
  private final double[] inOverload;

  private Population(int size) {
    criticalities = new int[size];
    abusive = new boolean[size];
    always = new double[size];
    inOverload = new double[size];
  }

  /** Creates a population of the given groups. */
  public static Population of(List<Group> groups) {
    Population all = new Population(groups.stream().mapToInt(Group::clients).sum());
    int next = 0;
    for (Group group : groups) {
      next = all.fill(next, group);
    }
    Arrays.parallelPrefix(all.always, Double::sum);
    Arrays.parallelPrefix(all.inOverload, Double::sum);
    return all;
  }

  private int fill(int first, Group group) {
    double whole = 0;
    for (int i = 1; i <= group.clients; i++) {
      whole += weight(group, i);
    }
    for (int i = 1; i <= group.clients; i++) {
      int client = first + i - 1;
      double share = group.share * weight(group, i) / whole;
      criticalities[client] = group.criticality;
      abusive[client] = group.isAbusive;
      always[client] = group.isAbusive ? 0 : share;
      inOverload[client] = share;
    }
    return first + group.clients;
  }

  private static double weight(Group group, int i) {
    return Math.pow(i, -group.exponent);
  }

  /** Returns the number of clients. Clients are numbered from 0. */
  public int size() {
    return criticalities.length;
  }

  /** Returns the criticality of a client. Clients of other traffic have the default. */
  public int criticality(int client) {
    return client < criticalities.length ? criticalities[client] : DEFAULT;
  }

  /** Returns whether a client causes the overload. */
  public boolean isAbusive(int client) {
    return abusive[client];
  }

  /**
   * Returns a random client for one request.
   *
   * @param u uniform, 0 to 1
   */
  public int draw(double u, boolean isOverload) {
    double[] shares = isOverload ? inOverload : always;
    int found = Arrays.binarySearch(shares, u * shares[shares.length - 1]);
    // An exact match belongs to the share of the next client.
    return found < 0 ? -found - 1 : found + 1;
  }
}
