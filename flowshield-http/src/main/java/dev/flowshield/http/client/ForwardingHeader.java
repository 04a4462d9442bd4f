package dev.flowshield.http.client;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The request header in which trusted proxies name the client. There is only one, because a client
 * may write the others. Immutable.
 */
public final class ForwardingHeader {

  /** {@code X-Forwarded-For}, which most proxies write. */
  public static final ForwardingHeader X_FORWARDED_FOR =
      new ForwardingHeader("X-Forwarded-For", Form.ADDRESSES);

  /** {@code Forwarded}, of RFC 7239. */
  public static final ForwardingHeader FORWARDED = new ForwardingHeader("Forwarded", Form.ELEMENTS);

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

  private enum Form {
    ADDRESSES,
    ELEMENTS,
    ONE_ADDRESS
  }

  private final String name;
  private final Form form;

  private ForwardingHeader(String name, Form form) {
    this.name = name;
    this.form = form;
  }

  /**
   * Returns a header with one address and no list, as some content delivery networks write it, such
   * as {@code CF-Connecting-IP}.
   *
   * @throws IllegalArgumentException if the name is not that of a header, or is that of a list
   */
  public static ForwardingHeader ofOneAddress(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name of a request header must be 1 to 64 letters, digits or marks such as '-', got one of "
              + name.length() + " characters: write it as in 'CF-Connecting-IP'");
    }
    for (ForwardingHeader list : List.of(X_FORWARDED_FOR, FORWARDED)) {
      if (list.name.equalsIgnoreCase(name)) {
        throw new IllegalArgumentException("a header of one address must not be " + list.name
            + ", which is a list: use '" + list.name.toLowerCase(Locale.ROOT) + "' for it");
      }
    }
    return new ForwardingHeader(name, Form.ONE_ADDRESS);
  }

  /** Returns the name of the header. */
  public String name() {
    return name;
  }

  /** Returns the addresses in the headers of that name, beginning with the last one. */
  ForwardedHops hops(List<String> headers) {
    return switch (form) {
      case ADDRESSES -> new ForwardedFor(headers);
      case ELEMENTS -> new Forwarded(headers);
      case ONE_ADDRESS -> new OneAddress(headers);
    };
  }

  /** One address. It is missing if there are several headers, or a list in one. */
  private static final class OneAddress implements ForwardedHops {

    private @Nullable IpAddress address;

    OneAddress(List<String> headers) {
      if (headers.size() == 1) {
        String text = headers.get(0);
        address = AddressParser.hop(text, 0, text.length());
      }
    }

    @Override
    public @Nullable IpAddress next() {
      IpAddress only = address;
      address = null;
      return only;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
