package dev.flowshield.http.settings;

import dev.flowshield.engine.FlowShieldBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A setting of a shield and everything that is known of it: a row of {@link SettingKeys}.
 *
 * <p>Immutable; two keys are never equal.
 *
 * @param <T> the type of its values
 */
public final class SettingKey<T> {

  /** The topics of settings. */
  enum Group {
    LIMITS("Limits"),
    CLIENTS("Clients and proxies"),
    POLICY_ROWS("Policies"),
    OVERLOAD("Overload"),
    OPEN_STREAMS("Streams"),
    STORES("Store"),
    RESPONSES("Responses"),
    OPERATIONS("Operations");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    /** Returns the heading of the topic. */
    String title() {
      return title;
    }
  }

  /** The changes of a setting that a running shield can take over. */
  enum ReloadRule {
    /** Every change. */
    LIVE("yes", false),
    /** A change of how much is admitted, which the reload reports as one of limits. */
    AMOUNT("how much it admits", true),
    /** Every change but that a limit comes or goes; the reload reports it as one of rows. */
    ROWS("yes, but no limit may come or go", true),
    /** Every change but that the limit comes or goes. */
    EXISTING("yes, but no limit may come or go", false),
    /** No change. */
    NEW_SHIELD("no, it needs a new shield", false);

    private final String text;
    private final boolean isReportedApart;

    ReloadRule(String text, boolean isReportedApart) {
      this.text = text;
      this.isReportedApart = isReportedApart;
    }

    /** Returns the rule for documentation. */
    String text() {
      return text;
    }

    /** Returns whether a change is reported by its effect, not by the texts of the setting. */
    boolean isReportedApart() {
      return isReportedApart;
    }
  }

  /** Joins a value with the one that was set before. */
  @FunctionalInterface
  interface Join<T> {

    /**
     * Returns the value that is set from now on.
     *
     * @param before null if the setting was not set
     * @param name the setting, for messages
     * @throws IllegalArgumentException if the value must not come after the other
     */
    T join(@Nullable T before, String name, T value);
  }

  private static final Pattern DASH = Pattern.compile("-(.)");

  private final String name;
  private final Group group;
  private final @Nullable SettingType<T> type;
  private final @Nullable T defaultValue;
  private final @Nullable String defaultInConfiguration;
  private final String defaultText;
  private final ReloadRule reload;
  private final UnaryOperator<String> mask;
  private final @Nullable SettingKey<?> needed;
  private final Join<T> join;
  private final @Nullable BiConsumer<? super FlowShieldBuilder, ? super T> effect;
  private final String doc;

  private SettingKey(Row<T> row, String doc) {
    this.name = row.name;
    this.group = row.group;
    this.type = row.type;
    this.defaultValue = row.defaultValue;
    this.defaultInConfiguration = row.defaultInConfiguration;
    this.defaultText = row.defaultText;
    this.reload = row.reload;
    this.mask = row.mask;
    this.needed = row.needed;
    this.join = row.join;
    this.effect = row.effect;
    this.doc = doc;
  }

  /** Begins a row; {@link Row#says} ends it and adds it to the table. */
  public static <T> Row<T> row(
      List<SettingKey<?>> table, String name, Group group, SettingType<T> type) {
    return new Row<>(table, name, group, type);
  }

  /** Begins the row of a setting that only code can give, which is in no table. */
  public static <T> Row<T> inCode(String name, Group group) {
    return new Row<>(new ArrayList<>(), name, group, null);
  }

  /** Returns the name that configurations use. */
  public String name() {
    return name;
  }

  /** Returns the name that code uses, such as {@code perClient}. */
  public String inCode() {
    return DASH.matcher(name).replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
  }

  /** Returns the topic. */
  public Group group() {
    return group;
  }

  /** Returns whether configurations can state it; if not, only code can. */
  public boolean isText() {
    return type != null;
  }

  /** Returns the values and how they are written. */
  public SettingType<T> type() {
    return Objects.requireNonNull(type, name);
  }

  /** Returns the default; null if there is no default. */
  @Nullable
  public T defaultValue() {
    return defaultValue;
  }

  /** Returns the text with which a configuration starts; null if it starts without. */
  @Nullable
  public String defaultInConfiguration() {
    return defaultInConfiguration;
  }

  /** Returns the default for documentation. */
  public String defaultText() {
    return defaultText;
  }

  /** Returns which changes a reload takes over. */
  public ReloadRule reload() {
    return reload;
  }

  /** Returns a text of this setting without secrets. */
  public String shown(String text) {
    return mask.apply(text);
  }

  /** Returns the setting without which this one has no effect; null if it needs no other. */
  @Nullable
  public SettingKey<?> needed() {
    return needed;
  }

  /** Returns the value that is set from now on: see {@link Join}. */
  public T join(@Nullable T before, String named, T value) {
    return join.join(before, named, value);
  }

  /** Tells an engine that is being built of a value. */
  public void tell(FlowShieldBuilder engine, T value) {
    if (effect != null) {
      effect.accept(engine, value);
    }
  }

  /** Returns the purpose of the setting, in one line. */
  public String doc() {
    return doc;
  }

  @Override
  public String toString() {
    return name;
  }

  /** A row that is being written. Not thread-safe. */
  static final class Row<T> {

    private final List<SettingKey<?>> table;
    private final String name;
    private final Group group;
    private final @Nullable SettingType<T> type;
    private @Nullable T defaultValue;
    private @Nullable String defaultInConfiguration;
    private String defaultText = "not set";
    private ReloadRule reload = ReloadRule.LIVE;
    private UnaryOperator<String> mask = UnaryOperator.identity();
    private @Nullable SettingKey<?> needed;
    private Join<T> join = (before, named, value) -> value;
    private @Nullable BiConsumer<? super FlowShieldBuilder, ? super T> effect;

    private Row(
        List<SettingKey<?>> table, String name, Group group, @Nullable SettingType<T> type) {
      this.table = table;
      this.name = name;
      this.group = group;
      this.type = type;
    }

    /** Sets the default. */
    Row<T> defaultValue(T value) {
      this.defaultValue = value;
      return this;
    }

    /** Sets the default, and how it is written. */
    Row<T> defaultValue(T value, String text) {
      return defaultValue(value).defaultText("`" + text + "`");
    }

    /** Sets the text with which a configuration starts; code starts without. */
    Row<T> defaultInConfiguration(String text) {
      this.defaultInConfiguration = text;
      return defaultText("`" + text + "`");
    }

    /** Describes the default, if it is no value. */
    Row<T> defaultText(String text) {
      this.defaultText = text;
      return this;
    }

    /** Sets which changes a reload takes over; every change unless set. */
    Row<T> reload(ReloadRule rule) {
      this.reload = rule;
      return this;
    }

    /** Marks the values as secrets. */
    Row<T> secret() {
      return masked(text -> "***");
    }

    /** Sets the function that removes the secrets from a text. */
    Row<T> masked(UnaryOperator<String> secrets) {
      this.mask = secrets;
      return this;
    }

    /** Sets the setting without which this one has no effect. */
    Row<T> needs(SettingKey<?> other) {
      this.needed = other;
      return this;
    }

    /** Sets how a value is joined with an earlier one; it takes its place unless set. */
    Row<T> joins(Join<T> how) {
      this.join = how;
      return this;
    }

    /** Sets the step that configures the engine by a value. */
    Row<T> tells(BiConsumer<? super FlowShieldBuilder, ? super T> what) {
      this.effect = what;
      return this;
    }

    /** Ends the row with a line for its readers. */
    SettingKey<T> says(String doc) {
      SettingKey<T> key = new SettingKey<>(this, doc);
      table.add(key);
      return key;
    }
  }
}
