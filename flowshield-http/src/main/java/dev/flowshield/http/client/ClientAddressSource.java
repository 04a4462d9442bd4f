package dev.flowshield.http.client;

import org.jspecify.annotations.Nullable;

/**
 * The source of a client's address.
 *
 * @param text the name of the source in a setting
 * @param header the header of trusted proxies; null for the server's own address of it
 */
public record ClientAddressSource(String text, @Nullable ForwardingHeader header) {

  private static final String CONTAINER = "container";
  private static final String HEADER = "header:";

  /**
   * Reads the name of a source.
   *
   * @param name the setting, for messages
   * @throws IllegalArgumentException if the text names no source
   */
  public static ClientAddressSource parse(String name, String text) {
    return switch (text) {
      case "peer", CONTAINER -> new ClientAddressSource(text, null);
      case "x-forwarded-for" -> new ClientAddressSource(text, ForwardingHeader.X_FORWARDED_FOR);
      case "forwarded" -> new ClientAddressSource(text, ForwardingHeader.FORWARDED);
      default -> {
        if (!text.startsWith(HEADER)) {
          throw new IllegalArgumentException(name + " must be one of peer, x-forwarded-for,"
              + " forwarded, header:<name>, container, got '" + text
              + "': name the one header that your proxy writes");
        }
        yield new ClientAddressSource(
            text, ForwardingHeader.ofOneAddress(text.substring(HEADER.length())));
      }
    };
  }

  /** Returns whether the server states the address. */
  public boolean isContainer() {
    return text.equals(CONTAINER);
  }
}
