package dev.flowshield.http;

import static dev.flowshield.http.SettingValues.choice;
import static dev.flowshield.http.SettingValues.list;
import static dev.flowshield.http.SettingValues.number;
import static dev.flowshield.http.SettingValues.orOff;
import static dev.flowshield.http.SettingValues.trueOrFalse;
import static dev.flowshield.http.SettingValues.unlessOff;

import dev.flowshield.LimiterSpec;
import dev.flowshield.http.client.TrustedProxies;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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

  // A page with 60 assets is 61 requests at once, and several people may share an address.
  private static final String PER_CLIENT = "100/s burst 500";

  private static final int MOST_SECONDS = 86_400;
  private static final int MOST_IN_FLIGHT = 1_000_000; // as the engine has it

  static final Set<String> KNOWN = Collections.unmodifiableSet(new TreeSet<>(Set.of(
      "allow",
      "allow-broad-trust",
      "client-address",
      "deny",
      "exempt-paths",
      "penalty",
      "reload",
      "ipv6-prefix",
      "limit",
      "per-client",
      "per-network",
      "policies",
      "policy.<n>",
      "trusted-hops",
      "trusted-proxies",
      "limiter",
      "max-clients",
      "in-flight",
      "health-paths",
      "overload-status",
      "fields",
      "legacy-fields",
      "body",
      "cors-origins")));

  // What Kubernetes sets for services that are named flowshield, or flowshield-…
  private static final Pattern SERVICE_LINK =
      Pattern.compile("([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?"
          + "|PORT(_\\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)?)");

  // How the builder begins a message about the value of a setting.
  private static final Pattern WHAT = Pattern.compile(
      "^(limit|healthPaths|number|network|clientAddress|choice|corsOrigins|policies|penalty) (?=must be )");

  // A row of the table of policies.
  private static final String ROWS = "policy.";
  private static final Pattern ROW = Pattern.compile("policy\\.[1-9][0-9]{0,3}");

  private final Map<String, Setting> settings = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();

  /** A value and where it stands. */
  private record Setting(String value, SettingSource from, String source) {}

  Configuration(ConfigurationSources sources) {
    // From the weakest to the strongest: the later overwrites.
    take("per-client", PER_CLIENT, SettingSource.DEFAULT, "per-client");
    take("in-flight", "1000", SettingSource.DEFAULT, "in-flight");
    sorted(sources.file().entries())
        .forEach((name, value) -> take(name, value, SettingSource.FILE, name));
    for (String name : sources.file().repeated()) {
      problems.add(SettingSource.FILE.source(name)
          + " must be set once, got it several times: keep one of them");
    }
    sorted(sources.inPlace())
        .forEach((name, value) -> take(name, value, SettingSource.IN_PLACE, name));
    sorted(sources.environment()).forEach(this::takeVariable);
    sorted(sources.system()).forEach((name, value) -> {
      if (name.startsWith(SettingSource.PROPERTY_PREFIX)) {
        String key = name.substring(SettingSource.PROPERTY_PREFIX.length());
        take(key, value, SettingSource.SYSTEM, name);
      }
    });
  }

  /**
   * The shield that sources ask for, which can be reloaded.
   *
   * @param code what is set in code before, such as functions
   */
  static HttpShield shield(
      Supplier<ConfigurationSources> sources, Consumer<? super HttpShieldBuilder> code) {
    Configuration configuration = new Configuration(sources.get());
    HttpShield shield = new HttpShield(configuration.blueprint(code))
        .from(new Reload(sources, code, configuration));
    ReloadWatch.begin(shield, configuration);
    return shield;
  }

  /** Whether there is more than the defaults, rightly or not. */
  boolean isSet() {
    return !problems.isEmpty()
        || settings.values().stream().anyMatch(each -> each.from() != SettingSource.DEFAULT);
  }

  /** The settings that are in force, by their names. */
  Map<String, String> values() {
    Map<String, String> values = new TreeMap<>();
    settings.forEach((key, setting) -> values.put(key, setting.value()));
    return values;
  }

  /** All that it says: the settings, what is wrong with others, and the rows in the file. */
  Map<String, String> contents() {
    Map<String, String> contents = values();
    contents.put("problems", problems.toString());
    String file = contents.getOrDefault("policies", SettingValues.OFF);
    if (!file.equals(SettingValues.OFF)) {
      try {
        contents.put("rows", PolicyFile.read(file));
      } catch (IllegalArgumentException missing) {
        contents.put("rows", String.valueOf(missing.getMessage()));
      }
    }
    return contents;
  }

  /** How often to look whether it has changed; 0 for never, and where it is no number. */
  int reloadSeconds() {
    int[] seconds = {0};
    Setting setting = settings.get("reload");
    if (setting != null) {
      try {
        reload(given -> seconds[0] = given).accept(setting.value());
      } catch (IllegalArgumentException impossible) {
        return 0; // it is told where the settings are applied
      }
    }
    return seconds[0];
  }

  private static Consumer<String> reload(IntConsumer setter) {
    return unlessOff(
        "never",
        number(0, MOST_SECONDS, "choose how often to look at the configuration, as in 10", setter));
  }

  /**
   * The parts of the shield.
   *
   * @param code what is set in code before, such as functions
   */
  Blueprint blueprint(Consumer<? super HttpShieldBuilder> code) {
    HttpShieldBuilder builder = HttpShield.builder();
    code.accept(builder);
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
            number(
                1,
                MOST_IN_FLIGHT,
                "choose how many requests the server can work at together",
                builder::inFlight)));
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
    apply("exempt-paths", orOff("none", value -> builder.exemptPaths(list(value))));
    applyPolicies(builder);
    apply("reload", reload(seconds -> {}));
    apply("allow", unlessOff("none", builder::allow));
    apply("deny", unlessOff("none", builder::deny));
    apply("penalty", unlessOff("none", text -> builder.penalty(text)));
    apply("fields", choice(FieldsMode.class, builder::fields));
    apply("legacy-fields", choice(LegacyFields.class, builder::legacyFields));
    apply("body", choice(BodyFormat.class, builder::body));
    apply("cors-origins", orOff("none", value -> builder.corsOrigins(list(value))));
    requireFit();
    requireNoProblems();
    try {
      return builder.blueprint();
    } catch (IllegalArgumentException | IllegalStateException misfit) {
      throw new IllegalArgumentException(
          "FlowShield cannot start with " + inForce() + ": " + inItsWords(misfit), misfit);
    }
  }

  /** The rows by their numbers, then those of the file. */
  private void applyPolicies(HttpShieldBuilder builder) {
    settings.keySet().stream()
        .filter(key -> ROW.matcher(key).matches())
        .sorted(Comparator.comparingInt(Configuration::rowNumber))
        .forEach(key -> apply(key, unlessOff("no policy", builder::policies)));
    apply("policies", unlessOff("none", name -> builder.policies(PolicyFile.read(name))));
  }

  private static int rowNumber(String row) {
    return Integer.parseInt(row.substring(ROWS.length()));
  }

  private static boolean isKnown(String key) {
    return ROW.matcher(key).matches() || (KNOWN.contains(key) && !key.equals(ROWS + "<n>"));
  }

  private void takeVariable(String name, String value) {
    String upper = name.toUpperCase(Locale.ROOT);
    if (!upper.startsWith(SettingSource.VARIABLE_PREFIX)) {
      return;
    }
    String rest = upper.substring(SettingSource.VARIABLE_PREFIX.length());
    String key = rest.toLowerCase(Locale.ROOT).replace('_', '-').replaceFirst("^policy-", ROWS);
    if (!name.startsWith(SettingSource.VARIABLE_PREFIX)) {
      if (isKnown(key)) { // else it may be a variable of a script
        problems.add(SettingSource.ENVIRONMENT.source(name) + " must be written in capitals, got '"
            + name + "': rename it to " + upper);
      }
    } else if (isKnown(key) || !SERVICE_LINK.matcher(rest).matches()) {
      take(key, value, SettingSource.ENVIRONMENT, name);
    }
  }

  private void take(String key, @Nullable String value, SettingSource from, String name) {
    String source = from.source(name);
    if (!isKnown(key)) {
      problems.add(
          source + " must be one of " + KNOWN + ", got '" + key + "': " + wayOut(key, from));
    } else if (value == null) { // which a map from code may hold
      problems.add(source + " must have a value, got null: set it or leave it out");
    } else {
      settings.put(key, new Setting(value.strip(), from, source));
    }
  }

  private static String wayOut(String key, SettingSource from) {
    boolean hasPrefix = key.startsWith(SettingSource.PROPERTY_PREFIX);
    String letters =
        letters(hasPrefix ? key.substring(SettingSource.PROPERTY_PREFIX.length()) : key);
    for (String known : KNOWN) {
      if (letters(known).equals(letters)) {
        return hasPrefix ? "leave out the prefix, as in " + known : "write " + from.name(known);
      }
    }
    return "correct or remove it";
  }

  /** The letters and digits of a name, whatever their case. */
  private static String letters(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
  }

  private void apply(String key, Consumer<String> setter) {
    Setting setting = settings.get(key);
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
    for (String key : KNOWN) {
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
    Setting perClient = settings.get("per-client");
    if (perClient == null || !isOff("per-client")) {
      return;
    }
    if (isOff("limit") && isOff("in-flight")) {
      problems.add("limit, per-client and in-flight must not all be off, got " + inForce()
          + ": set one of them, as in " + perClient.from().name("per-client") + "=100/s");
    }
    for (String key : List.of("limiter", "max-clients", "per-network", "penalty")) {
      Setting setting = settings.get(key);
      if (setting != null) {
        problems.add(setting.source() + " must come with per-client, got '" + setting.value()
            + "' where " + perClient.source() + " is off: set per-client, or remove it");
      }
    }
  }

  private boolean isOff(String key) {
    Setting setting = settings.get(key);
    return setting == null || setting.value().equals(SettingValues.OFF);
  }

  private void requireNoProblems() {
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "FlowShield cannot start:\n  " + String.join("\n  ", problems));
    }
  }

  private String inForce() {
    List<String> all = new ArrayList<>();
    settings.forEach(
        (key, setting) -> all.add(key + "=" + setting.value() + " (" + setting.source() + ")"));
    return String.join(", ", all);
  }

  private static Map<String, String> sorted(Map<String, String> source) {
    return new TreeMap<>(source);
  }
}
