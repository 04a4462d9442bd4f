package dev.flowshield.http;

import dev.flowshield.Criticality;
import dev.flowshield.http.client.IpAddress;
import dev.flowshield.http.client.TrustedProxies;
import dev.flowshield.http.policy.Criticalities;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What says of a single request how much it means: a function of the application, else a field that
 * a trusted proxy has written. Immutable.
 *
 * @param function of the application; null if there is none
 * @param field the name of the field; null if none is believed
 * @param proxies those that are believed; null if none is
 */
record Meaning(
    @Nullable Function<? super RequestView, @Nullable Criticality> function,
    @Nullable String field,
    @Nullable TrustedProxies proxies) {

  /** Nothing is said. */
  static final Meaning NONE = new Meaning(null, null, null);

  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");

  /** The same with a function. */
  Meaning by(Function<? super RequestView, @Nullable Criticality> other) {
    return new Meaning(other, field, proxies);
  }

  /** The same with a field. */
  Meaning in(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("criticalityField must be the name of a field, of 1 to 64"
          + " letters, digits or marks such as '-', got one of " + name.length()
          + " characters: write it as in 'X-Criticality'");
    }
    return new Meaning(function, name, proxies);
  }

  /** The same with those who write the field. */
  Meaning writtenBy(@Nullable TrustedProxies writers) {
    if (field != null && writers == null) {
      throw new IllegalStateException("criticalityField must come with the proxies that write it,"
          + " got '" + field + "' alone: set trustedProxies, as in \"10.0.0.0/8\"");
    }
    return new Meaning(function, field, writers);
  }

  /** How much a request means; null if nothing is said, or by one that is not trusted. */
  @Nullable
  Criticality of(RequestView request) {
    Criticality said = function == null ? null : function.apply(request);
    if (said != null || field == null) {
      return said;
    }
    String value = request.header(field);
    return value == null || !isFromProxy(request) ? null : Criticalities.parse(value);
  }

  private boolean isFromProxy(RequestView request) {
    String peer = request.peerAddress();
    return proxies != null && proxies.trusts(peer == null ? null : IpAddress.parse(peer));
  }
}
