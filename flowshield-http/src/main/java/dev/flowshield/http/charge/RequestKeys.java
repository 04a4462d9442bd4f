package dev.flowshield.http.charge;

import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.policy.PolicyKey;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A source of the key of a charge.
 *
 * <p>A key that is not an address begins with its source and {@code =}, which no address has. A
 * request that lacks the key is charged to its address in the same limit. It takes nothing from
 * another key.
 */
@FunctionalInterface
interface RequestKeys {

  /** The address of the client. */
  RequestKeys ADDRESS = (request, client) -> client;

  /** The most characters of a value that is not hashed. */
  int LONGEST_VALUE = 200;

  /**
   * Returns the key of a request.
   *
   * @param client the key of its client's address
   */
  String key(RequestView request, String client);

  /**
   * Returns the source of a policy's key.
   *
   * @throws IllegalStateException if the application has no function of the name
   */
  static RequestKeys of(PolicyKey key, PolicyFunctions functions) {
    SecretHash hash = functions.hash();
    return switch (key.kind()) {
      case ADDRESS -> ADDRESS;
      case EVERYONE -> (request, client) -> "";
      case PRINCIPAL ->
        (request, client) -> orClient("principal", request.principal(), client, hash);
      case HEADER ->
        (request, client) ->
            secretOrClient("header", only(request.headers(key.name())), client, hash);
      case COOKIE ->
        (request, client) -> secretOrClient(
            "cookie", Cookies.value(request.headers("Cookie"), key.name()), client, hash);
      case OWN -> {
        Function<? super RequestView, @Nullable String> function =
            functions.keys().get(key.name());
        if (function == null) {
          throw new IllegalStateException("key must be one that is known, got '" + key.name()
              + "' in a policy: give the builder its function, as in key(\"" + key.name()
              + "\", request -> …), or correct the name");
        }
        yield (request, client) -> orClient(key.name(), function.apply(request), client, hash);
      }
    };
  }

  /** Returns the only value; null if there are several, of which servers take one or another. */
  private static @Nullable String only(List<String> values) {
    return values.size() == 1 ? values.get(0) : null;
  }

  private static String orClient(
      String source, @Nullable String value, String client, SecretHash hash) {
    if (value == null || value.isEmpty()) {
      return client;
    }
    return source + "=" + (value.length() <= LONGEST_VALUE ? value : hash.of(value));
  }

  private static String secretOrClient(
      String source, @Nullable String value, String client, SecretHash hash) {
    return value == null || value.isEmpty()
        ? client
        : source + "=" + hash.of(Objects.requireNonNull(value));
  }
}
