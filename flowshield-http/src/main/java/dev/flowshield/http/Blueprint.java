package dev.flowshield.http;

import dev.flowshield.LimitStore;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.http.answer.ResponseSettings;
import dev.flowshield.http.charge.RequestClassifier;
import dev.flowshield.http.exchange.RequestInterceptor;
import dev.flowshield.http.route.HealthPaths;
import dev.flowshield.http.stream.StreamCaps;
import dev.flowshield.http.watch.RequestStart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a builder has put together: an engine that has admitted nothing yet, and how it is used.
 *
 * @param name of the shield, for its operators
 * @param isEnabled whether it is used at all
 * @param engine the limits
 * @param doors are asked first
 * @param charging what requests are charged
 * @param healthPaths what is left alone
 * @param streamCaps how many streams may be open
 * @param answers how rejections are answered
 * @param requestStart how long requests have waited behind a proxy; null if it does not tell
 * @param store to be closed with the shield; null if there is none
 */
record Blueprint(
    String name,
    boolean isEnabled,
    FlowShield engine,
    List<RequestInterceptor> doors,
    RequestClassifier charging,
    HealthPaths healthPaths,
    StreamCaps streamCaps,
    ResponseSettings answers,
    @Nullable RequestStart requestStart,
    @Nullable LimitStore store) {

  /** How a shield with this engine, or with one that has the same limits, is used. */
  Setup setup(FlowShield used) {
    return Setup.of(
        isEnabled, used, doors, charging, healthPaths, streamCaps, answers, requestStart);
  }
}
