package dev.flowshield.http.charge;

import dev.flowshield.http.binding.RequestView;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The functions of an application that policies call.
 *
 * @param plan returns the plan of a client; null for a client without a plan
 * @param keys the sources of keys, by name
 * @param hash replaces keys that must not be kept as they are
 */
public record PolicyFunctions(
    Function<? super RequestView, @Nullable String> plan,
    Map<String, Function<? super RequestView, @Nullable String>> keys,
    SecretHash hash) {}
