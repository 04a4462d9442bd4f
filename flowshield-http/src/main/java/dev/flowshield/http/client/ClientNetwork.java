package dev.flowshield.http.client;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.Limit;
import java.util.List;

/**
 * The limit for all addresses of an IPv6 network together. Otherwise a site with many /64 networks
 * would be as many clients.
 *
 * @param rates the rates of the limit
 * @param prefix the number of bits that the addresses have in common
 */
public record ClientNetwork(List<RateLimit> rates, int prefix) {

  /** The name of the limit. */
  public static final String NAME = "network";

  private static final int USUAL_PREFIX = 48;
  private static final int LEAST_PREFIX = 16;
  private static final int MOST_PREFIX = 127;

  /**
   * Parses rates with a prefix length behind them, as in {@code 800/s /48}; without one it is 48.
   *
   * @param name the setting, for messages
   * @throws IllegalArgumentException if the text is not in that form, or the prefix not 16 to 127
   */
  public static ClientNetwork parse(String name, String text) {
    String trimmed = text.strip();
    int slash = trimmed.lastIndexOf('/');
    String digits = trimmed.substring(slash + 1);
    boolean hasPrefix = slash > 0
        && Character.isWhitespace(trimmed.charAt(slash - 1))
        && !digits.isEmpty()
        && digits.length() <= 3
        && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    int prefix = hasPrefix ? Integer.parseInt(digits) : USUAL_PREFIX;
    String rates = hasPrefix ? trimmed.substring(0, slash).strip() : trimmed;
    ClientNetwork network = new ClientNetwork(RateLimit.parseAll(rates), prefix);
    if (prefix < LEAST_PREFIX || prefix > MOST_PREFIX) {
      throw new IllegalArgumentException(name + " must end with a prefix length of 16 to 127, got /"
          + prefix + ": choose /48 for what most sites get");
    }
    return network;
  }

  /** Returns the limit, which requests name to be charged to it. */
  public Limit limit() {
    return Limit.each(NAME, rates);
  }
}
