package dev.flowshield.checks.overload.scenario;

import java.util.Arrays;
import java.util.List;

/**
 * The clients, and how much of the traffic each of them sends. Some are abusive: they send during
 * the overload alone, and cause it.
 */
public final class Population {

  /** How little a client's work means: rejected before all other. */
  public static final int SHEDDABLE = 0;

  /** What clients have that say nothing. */
  public static final int DEFAULT = 1;

  /** Rejected after all other. */
  public static final int CRITICAL = 2;

  /**
   * Clients that are alike.
   *
   * @param share what they send together, in the unit of the other groups
   * @param exponent 0 if all send the same; else the i-th sends in proportion to 1 / i^exponent
   */
  public record Group(
      int clients, double share, double exponent, int criticality, boolean isAbusive) {

    /** Clients that all send the same. */
    public static Group equal(int clients, double share, int criticality) {
      return new Group(clients, share, 0, criticality, false);
    }

    /** Clients that send during the overload alone. */
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

  /** All of these groups. */
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

  /** How many they are. Clients are numbers from 0 on. */
  public int size() {
    return criticalities.length;
  }

  /** How much a client's work means. Clients beyond these are as those that say nothing. */
  public int criticality(int client) {
    return client < criticalities.length ? criticalities[client] : DEFAULT;
  }

  /** Whether a client causes the overload. */
  public boolean isAbusive(int client) {
    return abusive[client];
  }

  /**
   * Draws the client of one request.
   *
   * @param u uniform, 0 to 1
   */
  public int draw(double u, boolean isOverload) {
    double[] shares = isOverload ? inOverload : always;
    int found = Arrays.binarySearch(shares, u * shares[shares.length - 1]);
    // Found exactly, it is the first of the next client's share.
    return found < 0 ? -found - 1 : found + 1;
  }
}
