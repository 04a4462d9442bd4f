package dev.flowshield.http;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.answer.RateLimitHeaders;
import dev.flowshield.http.answer.ResponseSettings;
import dev.flowshield.http.answer.Responses;
import dev.flowshield.http.charge.RequestClassifier;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.RequestInterceptor;
import dev.flowshield.http.route.HealthPaths;
import dev.flowshield.http.stream.StreamCaps;
import dev.flowshield.http.watch.RequestStart;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a shield charges and answers, apart from what its engine has counted.
 *
 * <p>Immutable, but for the answers that are kept.
 *
 * @param isEnabled whether anything is done at all
 * @param doors are asked first
 * @param charging what requests are charged
 * @param healthPaths what is left alone
 * @param streamCaps how many streams may be open
 * @param answers to rejections
 * @param rateLimitHeaders for responses to admitted requests; null unless they are always sent
 * @param isSynchronous whether the engine keeps all limits, or none is asked
 * @param requestStart how long requests have waited behind a proxy; null if it does not tell
 */
record Setup(
    boolean isEnabled,
    List<RequestInterceptor> doors,
    RequestClassifier charging,
    HealthPaths healthPaths,
    StreamCaps streamCaps,
    Responses answers,
    @Nullable RateLimitHeaders rateLimitHeaders,
    boolean isSynchronous,
    @Nullable RequestStart requestStart) {

  /** With answers as these settings want them. */
  static Setup of(
      boolean isEnabled,
      FlowShield engine,
      List<RequestInterceptor> doors,
      RequestClassifier charging,
      HealthPaths healthPaths,
      StreamCaps streamCaps,
      ResponseSettings settings,
      @Nullable RequestStart requestStart) {
    RequestClassifier used = charging.on(engine);
    return new Setup(
        isEnabled,
        doors,
        used,
        healthPaths,
        streamCaps,
        new Responses(settings, charging.policies(), calendarLimits(engine)),
        settings.headers() == HeaderMode.ALWAYS ? new RateLimitHeaders() : null,
        !isEnabled || used.isSynchronous(),
        requestStart);
  }

  private static Set<String> calendarLimits(FlowShield engine) {
    return engine.limits().stream()
        .filter(limit -> limit.limiter().equals("fixed-window"))
        .map(Limit::name)
        .collect(Collectors.toSet());
  }

  /** What is active with these limits, in one line. */
  String description(FlowShield engine) {
    if (!isEnabled) {
      return ShieldDescription.OFF;
    }
    return ShieldDescription.of(
        engine.limits(),
        engine.isInFlightAuto() ? 0 : engine.inFlightLimit(),
        streamCaps,
        answers.overloadStatus(),
        charging,
        healthPaths);
  }
}
