package dev.flowshield.http;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.answer.RateLimitHeaders;
import dev.flowshield.http.answer.ResponseSettings;
import dev.flowshield.http.answer.Responses;
import dev.flowshield.http.charge.CriticalityResolver;
import dev.flowshield.http.charge.RequestClassifier;
import dev.flowshield.http.client.TrustedHeader;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.RequestInterceptor;
import dev.flowshield.http.policy.PolicyTable;
import dev.flowshield.http.route.HealthPaths;
import dev.flowshield.http.settings.SettingKeys;
import dev.flowshield.http.settings.ShieldDescription;
import dev.flowshield.http.settings.ShieldSettings;
import dev.flowshield.http.stream.StreamCaps;
import dev.flowshield.http.watch.RequestStart;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The parts by which a shield treats requests, made of its settings, apart from its engine.
 *
 * <p>Immutable, except for the responses that are kept.
 *
 * @param isEnabled whether anything is done at all
 * @param interceptors decide first
 * @param classifier determines the charges of requests
 * @param healthPaths the paths that are left alone
 * @param streamCaps the most streams that may be open
 * @param responses the responses to rejected requests
 * @param rateLimitHeaders for responses to admitted requests; null unless they are always sent
 * @param isSynchronous whether no request waits for a limiter outside the engine
 * @param requestStart measures the wait behind a proxy; null if no header is set
 * @param console describes the console; empty if it is off
 */
record ShieldRuntime(
    boolean isEnabled,
    List<RequestInterceptor> interceptors,
    RequestClassifier classifier,
    HealthPaths healthPaths,
    StreamCaps streamCaps,
    Responses responses,
    @Nullable RateLimitHeaders rateLimitHeaders,
    boolean isSynchronous,
    @Nullable RequestStart requestStart,
    String console) {

  /**
   * Creates the parts for an engine with the limits of these settings, whatever they admit now.
   *
   * @throws IllegalStateException if the policies do not fit the limits
   */
  static ShieldRuntime of(ShieldSettings settings, FlowShield engine) {
    boolean isEnabled = settings.get(SettingKeys.ENABLED);
    ResponseSettings forResponses = settings.responses();
    PolicyTable table = settings.table();
    TrustedHeader start = settings.trustedHeader(SettingKeys.REQUEST_START);
    CriticalityResolver criticality = new CriticalityResolver(
        settings.orNull(SettingKeys.CRITICALITY),
        settings.trustedHeader(SettingKeys.CRITICALITY_HEADER));
    RequestClassifier classifier = new RequestClassifier(
        settings.clientAddress(),
        settings.lists(),
        settings.networkPrefix(),
        table,
        settings.functions(),
        criticality,
        engine);
    return new ShieldRuntime(
        isEnabled,
        settings.get(SettingKeys.INTERCEPTORS),
        classifier,
        settings.get(SettingKeys.HEALTH_PATHS),
        settings.streamCaps(),
        new Responses(forResponses, table, calendarLimits(engine)),
        forResponses.headers() == HeaderMode.ALWAYS ? new RateLimitHeaders() : null,
        !isEnabled || classifier.isSynchronous(),
        start == null ? null : new RequestStart(start, settings.get(SettingKeys.INSTANT_SOURCE)),
        "");
  }

  /**
   * Returns these parts with a console, which comes before all other interceptors.
   *
   * @param text describes the console
   */
  ShieldRuntime withConsole(RequestInterceptor first, String text) {
    List<RequestInterceptor> all = new ArrayList<>(List.of(first));
    all.addAll(interceptors);
    return new ShieldRuntime(
        isEnabled,
        List.copyOf(all),
        classifier,
        healthPaths,
        streamCaps,
        responses,
        rateLimitHeaders,
        isSynchronous,
        requestStart,
        text);
  }

  private static Set<String> calendarLimits(FlowShield engine) {
    return engine.limits().stream()
        .filter(limit -> limit.limiter().equals("fixed-window"))
        .map(Limit::name)
        .collect(Collectors.toSet());
  }

  /** Describes the shield with the current limits of an engine, in one line. */
  String description(FlowShield engine) {
    if (!isEnabled) {
      return ShieldDescription.OFF;
    }
    String line = ShieldDescription.of(
        engine.limits(),
        engine.isInFlightAuto() ? 0 : engine.inFlightLimit(),
        streamCaps,
        responses.overloadStatus(),
        classifier,
        healthPaths);
    return console.isEmpty() ? line : line + "; " + console;
  }
}
