package dev.flowshield.http.client;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The request field in which trusted proxies name the client: one, as a request may bring the
 * others from anywhere. Immutable.
 */
public final class ForwardingField {

  /** {@code X-Forwarded-For}, which most proxies write. */
  public static final ForwardingField X_FORWARDED_FOR =
      new ForwardingField("X-Forwarded-For", Form.ADDRESSES);

  /** {@code Forwarded}, of RFC 7239. */
  public static final ForwardingField FORWARDED = new ForwardingField("Forwarded", Form.ELEMENTS);

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

  private enum Form {
    ADDRESSES,
    ELEMENTS,
    ONE_ADDRESS
  }

  private final String name;
  private final Form form;

  private ForwardingField(String name, Form form) {
    this.name = name;
    this.form = form;
  }

  /**
   * A field that holds one address and no list, as some content delivery networks write it, such as
   * {@code CF-Connecting-IP}.
   *
   * @throws IllegalArgumentException if it is not the name of a field, or that of a list
   */
  public static ForwardingField ofOneAddress(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name of a request field must be 1 to 64 letters, digits or marks such as '-', got one of "
              + name.length() + " characters: write it as in 'CF-Connecting-IP'");
    }
    for (ForwardingField list : List.of(X_FORWARDED_FOR, FORWARDED)) {
      if (list.name.equalsIgnoreCase(name)) {
        throw new IllegalArgumentException("a field of one address must not be " + list.name
            + ", which is a list: use '" + list.name.toLowerCase(Locale.ROOT) + "' for it");
      }
    }
    return new ForwardingField(name, Form.ONE_ADDRESS);
  }

  /** The name of the field. */
  public String name() {
    return name;
  }

  /** The addresses in the fields of that name, from the last one on. */
  Hops hops(List<String> fields) {
    return switch (form) {
      case ADDRESSES -> new ForwardedFor(fields);
      case ELEMENTS -> new Forwarded(fields);
      case ONE_ADDRESS -> new OneAddress(fields);
    };
  }

  /** One address; none if there are several fields, or a list in one. */
  private static final class OneAddress implements Hops {

    private @Nullable IpAddress address;

    OneAddress(List<String> fields) {
      if (fields.size() == 1) {
        String text = fields.get(0);
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
