package dev.flowshield.http;

import dev.flowshield.http.policy.PolicyKey;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the key of a charge comes from.
 *
 * <p>A key that is not the address begins with its source and {@code =}, which no address has. So a
 * request that lacks the key is charged to its address in the same limit, and takes nothing from
 * another key.
 */
@FunctionalInterface
interface RequestKeys {

  /** The address of the client. */
  RequestKeys ADDRESS = (request, client) -> client;

  /** What is longer is hashed. */
  int LONGEST_VALUE = 200;

  /**
   * The key of a request.
   *
   * @param client the key of its client's address
   */
  String key(RequestView request, String client);

  /**
   * The source of a policy's key.
   *
   * @param own the functions of the application, by name
   * @param hash stands for what must not be kept as it is
   * @throws IllegalStateException if there is no function of the name
   */
  static RequestKeys of(
      PolicyKey key,
      Map<String, Function<? super RequestView, @Nullable String>> own,
      SecretHash hash) {
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
        Function<? super RequestView, @Nullable String> function = own.get(key.name());
        if (function == null) {
          throw new IllegalStateException("key must be one that is known, got '" + key.name()
              + "' in a policy: give the builder its function, as in key(\"" + key.name()
              + "\", request -> …), or correct the name");
        }
        yield (request, client) -> orClient(key.name(), function.apply(request), client, hash);
      }
    };
  }

  /** Of several lines one application takes the first, and another the last: they are no key. */
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
