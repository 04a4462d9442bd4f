package dev.flowshield.http.settings;

import dev.flowshield.RateLimit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The values that a setting may have, and how they are written.
 *
 * <p>A reader is given the name by which a message calls the setting, and begins its messages with
 * that name. Immutable.
 *
 * @param <T> the type of the values
 */
public final class SettingType<T> {

  /** The text that leaves a setting out. */
  public static final String OFF = "off";

  private static final String ON = "on";

  // Texts by which people mean off.
  private static final Pattern MEANS_OFF = Pattern.compile(
      "|-.*|0+(\\s*/.*)?|off|no|none|never|false|disabled?|unlimited|infinit[ey]",
      Pattern.CASE_INSENSITIVE);

  /** Turns a text into a value. */
  @FunctionalInterface
  interface Reader<T> {

    /**
     * Returns the value of a text.
     *
     * @param name the setting, for messages
     * @throws IllegalArgumentException if the text is not allowed
     */
    T read(String name, String text);
  }

  /** Checks a value that is not read from text. */
  @FunctionalInterface
  interface Check<T> {

    /** Throws {@link IllegalArgumentException} if the value is not allowed. */
    void require(String name, T value);
  }

  private final String allowed;
  private final String example;
  private final Reader<T> reader;
  private final Check<T> check;
  private final @Nullable String none; // the meaning of off; null if off is no value
  private final @Nullable T off; // null if off leaves the setting out

  private SettingType(
      String allowed,
      String example,
      Reader<T> reader,
      Check<T> check,
      @Nullable String none,
      @Nullable T off) {
    this.allowed = allowed;
    this.example = example;
    this.reader = reader;
    this.check = check;
    this.none = none;
    this.off = off;
  }

  /**
   * Creates a type of values that a reader understands.
   *
   * @param allowed the form of the texts, for documentation
   * @param example one text
   */
  public static <T> SettingType<T> of(String allowed, String example, Reader<T> reader) {
    return new SettingType<>(allowed, example, reader, (name, value) -> {}, null, null);
  }

  /** Creates the type of any text. */
  public static SettingType<String> text(String allowed, String example) {
    return of(allowed, example, (name, text) -> text);
  }

  /** Creates the type of a whole number from {@code least} to {@code most}. */
  public static SettingType<Integer> number(int least, int most, String example, String wayOut) {
    String range = String.format(Locale.ROOT, "%,d to %,d", least, most);
    return new SettingType<>(
        "a whole number from " + range,
        example,
        (name, text) -> {
          Integer number = wholeNumber(text);
          if (number == null || number < least || number > most) {
            throw new IllegalArgumentException(
                name + " must be a whole number from " + range + ", got '" + text + "': " + wayOut);
          }
          return number;
        },
        (name, number) -> {
          if (number < least || number > most) {
            throw new IllegalArgumentException(
                name + " must be " + range + ", got " + number + ": " + wayOut);
          }
        },
        null,
        null);
  }

  private static @Nullable Integer wholeNumber(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException notOne) {
      return null;
    }
  }

  /** Creates the type of {@code on} and {@code off}. */
  public static SettingType<Boolean> onOrOff() {
    return oneOfTwo(ON, OFF);
  }

  /** Creates the type of {@code true} and {@code false}. */
  public static SettingType<Boolean> trueOrFalse() {
    return oneOfTwo("true", "false");
  }

  private static SettingType<Boolean> oneOfTwo(String yes, String no) {
    return of("`" + yes + "` or `" + no + "`", yes, (name, text) -> {
      if (!text.equals(yes) && !text.equals(no)) {
        throw new IllegalArgumentException(
            name + " must be " + yes + " or " + no + ", got '" + text + "': write one of these");
      }
      return text.equals(yes);
    });
  }

  /** Creates the type of the constants of an enum, in lower case and with dashes. */
  public static <E extends Enum<E>> SettingType<E> oneOf(Class<E> type) {
    List<E> constants = List.of(type.getEnumConstants());
    List<String> names = constants.stream().map(SettingType::written).toList();
    String allowed = names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    return of(allowed, names.get(1), (name, text) -> {
      int index = names.indexOf(text);
      if (index < 0) {
        throw new IllegalArgumentException(
            name + " must be one of " + names + ", got '" + text + "': write one of these");
      }
      return constants.get(index);
    });
  }

  private static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Creates the type of one rate or several. */
  public static SettingType<List<RateLimit>> rates() {
    return of("permits/period, several with commas between", "100/s, 5000/h", SettingType::rates);
  }

  private static List<RateLimit> rates(String name, String text) {
    return named(name, "limit", () -> RateLimit.parseAll(text));
  }

  /** Reads a text; a mistake that begins with the subject then begins with the name. */
  public static <T> T named(String name, String subject, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException mistake) {
      String message = String.valueOf(mistake.getMessage());
      throw message.startsWith(subject + " must be ")
          ? new IllegalArgumentException(name + message.substring(subject.length()), mistake)
          : mistake;
    }
  }

  /** Returns this type with the value {@code off}, which leaves the setting out. */
  public SettingType<T> orOff(String meaning) {
    return new SettingType<>(allowed, example, reader, check, meaning, null);
  }

  /** Returns this type with the value {@code off}, which is an empty value. */
  public SettingType<T> orOff(String meaning, T empty) {
    return new SettingType<>(allowed, example, reader, check, meaning, empty);
  }

  /**
   * Returns the value of a text; null if the text leaves the setting out.
   *
   * @param name the setting, for messages
   * @throws IllegalArgumentException if the text is not allowed
   */
  @Nullable
  public T parse(String name, String text) {
    if (none != null && text.equals(OFF)) {
      return off;
    }
    try {
      return reader.read(name, text);
    } catch (IllegalArgumentException mistake) {
      throw none != null && MEANS_OFF.matcher(text).matches()
          ? new IllegalArgumentException(mistake.getMessage() + "; or 'off' for " + none, mistake)
          : mistake;
    }
  }

  /** Returns the value of a text that is given in code, which has no word for off. */
  public T read(String name, String text) {
    return reader.read(name, Objects.requireNonNull(text, name));
  }

  /** Throws {@link IllegalArgumentException} if a value that code gives is not allowed. */
  public void require(String name, T value) {
    check.require(name, value);
  }

  /** Returns the form of the texts, for documentation. */
  public String allowed() {
    return allowed + (none == null ? "" : ", or `off`");
  }

  /** Returns a text that is allowed. */
  public String example() {
    return example;
  }

  /** Returns the parts of a text between its commas. */
  public static List<String> parts(String text) {
    return Stream.of(text.split(",", -1)).map(String::strip).toList();
  }
}
