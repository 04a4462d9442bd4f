package dev.flowshield.http;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
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
 * @param standingFields for responses to admitted requests; null unless they are always sent
 * @param answersAtOnce whether the engine keeps all limits, or none is asked
 * @param requestStart how long requests have waited behind a proxy; null if it does not tell
 */
record Setup(
    boolean isEnabled,
    List<Door> doors,
    Charging charging,
    HealthPaths healthPaths,
    StreamCaps streamCaps,
    Answers answers,
    @Nullable StandingFields standingFields,
    boolean answersAtOnce,
    @Nullable RequestStart requestStart) {

  /** With answers as these settings want them. */
  static Setup of(
      boolean isEnabled,
      FlowShield engine,
      List<Door> doors,
      Charging charging,
      HealthPaths healthPaths,
      StreamCaps streamCaps,
      AnswerSettings settings,
      @Nullable RequestStart requestStart) {
    return new Setup(
        isEnabled,
        doors,
        charging.on(engine),
        healthPaths,
        streamCaps,
        new Answers(settings, charging.policies(), calendarLimits(engine)),
        settings.fields() == FieldsMode.ALWAYS ? new StandingFields() : null,
        !isEnabled || engine.limits().stream().allMatch(Charging::isKeptHere),
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
      return Description.OFF;
    }
    return Description.of(
        engine.limits(),
        engine.isInFlightAuto() ? 0 : engine.inFlightLimit(),
        streamCaps,
        answers.overloadStatus(),
        charging,
        healthPaths);
  }
}
