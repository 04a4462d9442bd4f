package dev.flowshield.http;

import static dev.flowshield.http.SettingValues.choice;
import static dev.flowshield.http.SettingValues.list;
import static dev.flowshield.http.SettingValues.number;
import static dev.flowshield.http.SettingValues.onOrOff;
import static dev.flowshield.http.SettingValues.orAuto;
import static dev.flowshield.http.SettingValues.orOff;
import static dev.flowshield.http.SettingValues.trueOrFalse;
import static dev.flowshield.http.SettingValues.unlessOff;

import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.http.Settings.Setting;
import dev.flowshield.http.client.TrustedProxies;
import dev.flowshield.http.exchange.BodyFormat;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.LegacyHeaders;
import dev.flowshield.http.stream.StreamCaps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes a shield of settings that come as text from several sources. A pure function of the
 * sources.
 *
 * <p>Everything that is wrong is reported at once: the owner of a configuration does not want to
 * be told one mistake per start. Each message speaks of a setting as its place does.
 */
final class Configuration {

  private static final int MOST_IN_FLIGHT = 1_000_000; // as the engine has it

  // How the builder begins a message about the value of a setting.
  private static final Pattern WHAT = Pattern.compile(
      "^(limit|healthPaths|number|network|clientAddress|choice|corsOrigins|policies|penalty|criticalityHeader|requestStart) (?=must be )");

  private final Settings settings;
  private final List<String> problems;

  Configuration(Settings settings) {
    this.settings = settings;
    this.problems = new ArrayList<>(settings.problems());
  }

  /**
   * The shield that sources ask for, which can be reloaded.
   *
   * @param code what is set in code before, such as functions
   */
  static HttpShield shield(
      Supplier<ConfigurationSources> sources, Consumer<? super HttpShieldBuilder> code) {
    Settings settings = new Settings(sources.get());
    HttpShield shield = new HttpShield(new Configuration(settings).blueprint(code))
        .from(new Reload(sources, code, settings));
    ReloadWatch.begin(shield, settings);
    return shield;
  }

  /**
   * The parts of the shield.
   *
   * @param code what is set in code before, such as functions
   */
  Blueprint blueprint(Consumer<? super HttpShieldBuilder> code) {
    return blueprint(code, HttpShield.builder());
  }

  /**
   * As the other one, for a shield that runs.
   *
   * @param running its store; null if there is none
   */
  Blueprint blueprint(Consumer<? super HttpShieldBuilder> code, @Nullable LimitStore running) {
    HttpShieldBuilder builder = HttpShield.builder();
    builder.storeSettings().running(running);
    return blueprint(code, builder);
  }

  private Blueprint blueprint(Consumer<? super HttpShieldBuilder> code, HttpShieldBuilder builder) {
    code.accept(builder);
    applyTo(builder);
    try {
      return builder.blueprint();
    } catch (IllegalArgumentException | IllegalStateException misfit) {
      throw new IllegalArgumentException(
          "FlowShield cannot start: " + inItsWords(misfit) + " (in force: " + settings.inForce()
              + ")",
          misfit);
    }
  }

  /** Gives the settings to a builder. */
  void applyTo(HttpShieldBuilder builder) {
    apply("enabled", onOrOff(builder::enabled));
    apply("limit", unlessOff("no limit", builder::limit));
    apply("per-client", unlessOff("no limit", builder::perClient));
    apply("limiter", builder::limiter);
    apply(
        "max-clients",
        number(
            1,
            LimiterSpec.MOST_KEYS,
            "choose what memory allows, 24 bytes a client; those beyond share allowances",
            builder::maxClients));
    apply(
        "in-flight",
        unlessOff(
            "no cap",
            orAuto(
                builder::inFlightAuto,
                number(
                    1,
                    MOST_IN_FLIGHT,
                    "choose how many requests the server can work at together, or auto to have"
                        + " that found",
                    builder::inFlight))));
    apply("store", unlessOff("none", builder::store));
    for (String option : Settings.STORE_OPTIONS) {
      apply(option, value -> builder.storeOption(option.replaceFirst("^store-", ""), value));
    }
    apply("memory-guard", onOrOff(builder::memoryGuard));
    apply("shed-on-plateau", onOrOff(builder::shedOnPlateau));
    apply("criticality-header", unlessOff("none", builder::criticalityHeader));
    apply("streams", streams(builder::streams));
    apply("streams-per-client", streams(builder::streamsPerClient));
    apply("health-paths", orOff("none", value -> builder.healthPaths(list(value))));
    apply(
        "overload-status",
        number(400, 599, "choose 503, or 429 to keep connections open", builder::overloadStatus));
    apply("per-network", unlessOff("no limit", builder::perNetwork));
    apply("trusted-proxies", unlessOff("none", builder::trustedProxies));
    apply("allow-broad-trust", trueOrFalse(builder::allowBroadTrust));
    apply("client-address", builder::clientAddress);
    apply(
        "trusted-hops",
        number(
            1,
            TrustedProxies.MOST_HOPS,
            "count the proxies between the clients and this server",
            builder::trustedHops));
    apply(
        "ipv6-prefix",
        number(
            32,
            128,
            "choose 64 for one site or phone, 56 or 48 for what a provider gives a customer",
            builder::ipv6Prefix));
    apply("request-start", unlessOff("none", builder::requestStart));
    apply("exempt-paths", orOff("none", value -> builder.exemptPaths(list(value))));
    applyPolicies(builder);
    apply("show-keys", trueOrFalse(shown -> {
      if (shown) {
        builder.engine(engine -> engine.showKeys());
      }
    }));
    apply("reload", Settings.reload(seconds -> {}));
    apply("allow", unlessOff("none", builder::allow));
    apply("deny", unlessOff("none", builder::deny));
    apply("penalty", unlessOff("none", text -> builder.penalty(text)));
    apply("headers", choice(HeaderMode.class, builder::headers));
    apply("legacy-headers", choice(LegacyHeaders.class, builder::legacyHeaders));
    apply("body", choice(BodyFormat.class, builder::body));
    apply("cors-origins", orOff("none", value -> builder.corsOrigins(list(value))));
    requireFit();
    requireNoProblems();
  }

  private static Consumer<String> streams(IntConsumer setter) {
    return unlessOff(
        "no cap",
        number(1, StreamCaps.MOST, "choose how many connections the server can hold open", setter));
  }

  /** The rows by their numbers, then those of the file. */
  private void applyPolicies(HttpShieldBuilder builder) {
    settings.rows().forEach(row -> apply(row, unlessOff("no policy", builder::policies)));
    apply("policies", unlessOff("none", name -> builder.policies(PolicyFile.read(name))));
  }

  private void apply(String key, Consumer<String> setter) {
    @Nullable Setting setting = settings.get(key);
    if (setting == null) {
      return;
    }
    try {
      setter.accept(setting.value());
    } catch (IllegalArgumentException impossible) {
      String message = String.valueOf(impossible.getMessage());
      String inItsWords = WHAT.matcher(message).replaceFirst("");
      problems.add(setting.source() + (inItsWords.equals(message) ? ": " : " ") + inItsWords);
    }
  }

  /** What the builder says of its settings, with their names as they are written here. */
  private static String inItsWords(RuntimeException misfit) {
    String message = String.valueOf(misfit.getMessage());
    for (String key : Settings.KNOWN) {
      message = message.replaceAll("\\b" + inCode(key) + "\\b", key);
    }
    return message;
  }

  /** A name as the builder has it. */
  private static String inCode(String key) {
    return Pattern.compile("-(.)")
        .matcher(key)
        .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
  }

  /** Settings that are possible by themselves, but not together. */
  private void requireFit() {
    @Nullable Setting perClient = settings.get("per-client");
    if (perClient == null || !isOff("per-client")) {
      return;
    }
    if (isOff("limit") && isOff("in-flight")) {
      problems.add("limit, per-client and in-flight must not all be off, got " + settings.inForce()
          + ": set one of them, as in " + perClient.from().name("per-client") + "=100/s");
    }
    for (String key : List.of("limiter", "max-clients", "per-network", "penalty")) {
      @Nullable Setting setting = settings.get(key);
      if (setting != null) {
        problems.add(setting.source() + " must come with per-client, got '" + setting.value()
            + "' where " + perClient.source() + " is off: set per-client, or remove it");
      }
    }
  }

  private boolean isOff(String key) {
    @Nullable Setting setting = settings.get(key);
    return setting == null || setting.value().equals(SettingValues.OFF);
  }

  private void requireNoProblems() {
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "FlowShield cannot start:\n  " + String.join("\n  ", problems));
    }
  }
}
