package dev.flowshield.http.settings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The texts of settings: for each name, the text of the strongest source. Mistakes in names are
 * kept, and reported with all others.
 */
public final class Settings {

  // Variables that Kubernetes sets for services that are named flowshield, or flowshield-…
  private static final Pattern SERVICE_LINK =
      Pattern.compile("([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?"
          + "|PORT(_\\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)?)");

  private static final String ROWS = "policy."; // before the number of a row

  private final Map<String, Setting> settings = new TreeMap<>();
  private final boolean hasFile;
  private final List<String> problems = new ArrayList<>();

  /** A text and its source. */
  record Setting(String value, SettingSource from, String source) {}

  private Settings() {
    this.hasFile = false;
  }

  /** Returns settings that are given in code, without defaults. */
  public static Settings of(Map<String, String> inPlace) {
    Settings given = new Settings();
    given.takeInPlace(inPlace);
    return given;
  }

  /** Reads all sources. */
  public Settings(ConfigurationSources sources) {
    this.hasFile = !sources.file().entries().isEmpty();
    // From the weakest to the strongest: the later overwrites.
    for (SettingKey<?> key : SettingKeys.ALL) {
      String defaultInConfiguration = key.defaultInConfiguration();
      if (defaultInConfiguration != null) {
        take(key.name(), defaultInConfiguration, SettingSource.DEFAULT, key.name());
      }
    }
    sorted(sources.file().entries())
        .forEach((name, value) -> takeOfFile(name, value, sources.file().entries()));
    for (String name : sources.file().repeated()) {
      problems.add(SettingSource.FILE.source(name)
          + " must be set once, got it several times: keep one of them");
    }
    takeInPlace(sources.inPlace());
    sorted(sources.environment()).forEach(this::takeVariable);
    sorted(sources.system()).forEach((name, value) -> {
      if (name.startsWith(SettingSource.PROPERTY_PREFIX)) {
        String key = name.substring(SettingSource.PROPERTY_PREFIX.length());
        take(key, value, SettingSource.SYSTEM, name);
      }
    });
  }

  /** In a file, a name may have the prefix that it has as a system property. */
  private void takeOfFile(String name, String value, Map<String, String> entries) {
    boolean hasPrefix = name.startsWith(SettingSource.PROPERTY_PREFIX);
    String key = hasPrefix ? name.substring(SettingSource.PROPERTY_PREFIX.length()) : name;
    if (hasPrefix && entries.containsKey(key)) {
      problems.add(SettingSource.FILE.source(name)
          + " must be set once, got it with and without the prefix: keep one of them");
    } else {
      take(key, value, SettingSource.FILE, name);
    }
  }

  private void takeInPlace(Map<String, String> inPlace) {
    sorted(inPlace).forEach((name, value) -> take(name, value, SettingSource.IN_PLACE, name));
  }

  /** Returns whether the file has any setting, rightly or not. */
  public boolean hasFile() {
    return hasFile;
  }

  /** Returns the text of a name; null if it is not set. */
  @Nullable
  public Setting get(String key) {
    return settings.get(key);
  }

  /** Returns the names of the numbered rows of policies, in the order of their numbers. */
  public List<String> rows() {
    return settings.keySet().stream()
        .filter(SettingKeys::isNumberedRow)
        .sorted(Comparator.comparingInt(row -> Integer.parseInt(row.substring(ROWS.length()))))
        .toList();
  }

  /** Returns the mistakes in names, and in texts that cannot be used at all. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** Returns whether there is more than the defaults, rightly or not. */
  public boolean isSet() {
    return !problems.isEmpty()
        || settings.values().stream().anyMatch(each -> each.from() != SettingSource.DEFAULT);
  }

  /** Returns the texts by their names. */
  public Map<String, String> values() {
    Map<String, String> values = new TreeMap<>();
    settings.forEach((key, setting) -> values.put(key, setting.value()));
    return values;
  }

  /** Returns the texts, the mistakes, and the rows in the file: all that a change can affect. */
  public Map<String, String> contents() {
    Map<String, String> contents = values();
    contents.put("problems", problems.toString());
    String policies = SettingKeys.POLICIES.name();
    String file = contents.getOrDefault(policies, SettingType.OFF);
    if (!file.equals(SettingType.OFF)) {
      try {
        contents.put("rows", PolicyFile.read(policies, file));
      } catch (IllegalArgumentException missing) {
        contents.put("rows", String.valueOf(missing.getMessage()));
      }
    }
    return contents;
  }

  private static boolean isKnown(String key) {
    return SettingKeys.find(key) != null;
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
      problems.add(source + " must be one of " + SettingKeys.NAMES + ", got '" + key + "': "
          + wayOut(key, from));
    } else if (value == null) { // which a map from code may hold
      problems.add(source + " must have a value, got null: set it or leave it out");
    } else {
      settings.put(key, new Setting(value.strip(), from, source));
    }
  }

  private static String wayOut(String key, SettingSource from) {
    boolean hasPrefix = key.startsWith(SettingSource.PROPERTY_PREFIX);
    String plain = hasPrefix ? key.substring(SettingSource.PROPERTY_PREFIX.length()) : key;
    String letters = letters(plain);
    for (String known : SettingKeys.NAMES) {
      if (letters(known).equals(letters)) {
        return hasPrefix ? "leave out the prefix, as in " + known : "write " + from.name(known);
      }
    }
    @Nullable String nearest = SpellingSuggestion.nearest(plain, SettingKeys.NAMES);
    return nearest == null
        ? "correct or remove it"
        : "write " + from.name(nearest) + " if that is meant, or remove it";
  }

  /** Returns the letters and digits of a name, in lower case. */
  private static String letters(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
  }

  /** Returns how often to look for changes; 0 for never, or if the setting is no number. */
  public int reloadSeconds() {
    @Nullable Setting setting = settings.get(SettingKeys.RELOAD.name());
    try {
      Integer seconds = setting == null
          ? null
          : SettingKeys.RELOAD.type().parse(setting.source(), setting.value());
      return seconds == null ? 0 : seconds;
    } catch (IllegalArgumentException impossible) {
      return 0; // it is told where the settings are applied
    }
  }

  /** Returns all of them, for a message about how they fit. */
  public String inForce() {
    List<String> all = new ArrayList<>();
    settings.forEach((name, setting) ->
        all.add(name + "=" + shown(name, setting.value()) + " (" + setting.source() + ")"));
    return String.join(", ", all);
  }

  /** Returns a value as a message may show it: without secrets. */
  public static String shown(String name, String value) {
    SettingKey<?> key = SettingKeys.find(name);
    return key == null ? value : key.shown(value);
  }

  private static Map<String, String> sorted(Map<String, String> source) {
    return new TreeMap<>(source);
  }
}
