package dev.flowshield.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the values of settings: turns what takes a value into what takes its text. */
final class SettingValues {

  /** The value for none. */
  static final String OFF = "off";

  private static final String ON = "on";
  private static final String AUTO = "auto";

  // What people write to have none.
  private static final Pattern MEANS_OFF = Pattern.compile(
      "|-.*|0+(\\s*/.*)?|off|no|none|never|false|disabled?|unlimited|infinit[ey]",
      Pattern.CASE_INSENSITIVE);

  private SettingValues() {}

  /** A setter that is left out for {@code off}. */
  static Consumer<String> unlessOff(String none, Consumer<String> setter) {
    Consumer<String> orOff = orOff(none, setter);
    return value -> {
      if (!value.equals(OFF)) {
        orOff.accept(value);
      }
    };
  }

  /** A setter that tells of {@code off} where that may be what was meant. */
  static Consumer<String> orOff(String none, Consumer<String> setter) {
    return value -> {
      try {
        setter.accept(value);
      } catch (IllegalArgumentException impossible) {
        throw MEANS_OFF.matcher(value).matches()
            ? new IllegalArgumentException(
                impossible.getMessage() + "; or 'off' for " + none, impossible)
            : impossible;
      }
    };
  }

  /** A setter that has another one do what {@code auto} means. */
  static Consumer<String> orAuto(Runnable auto, Consumer<String> setter) {
    return value -> {
      if (value.equals(AUTO)) {
        auto.run();
      } else {
        setter.accept(value);
      }
    };
  }

  /** A setter of a whole number. */
  static Consumer<String> number(int least, int most, String wayOut, IntConsumer setter) {
    return value -> {
      long number;
      try {
        number = Long.parseLong(value);
      } catch (NumberFormatException notOne) {
        number = Long.MIN_VALUE;
      }
      if (number < least || number > most) {
        throw new IllegalArgumentException(String.format(
            Locale.ROOT,
            "number must be a whole number from %,d to %,d, got '%s': %s",
            least,
            most,
            value,
            wayOut));
      }
      setter.accept((int) number);
    };
  }

  /** A setter of true or false. */
  static Consumer<String> trueOrFalse(Consumer<Boolean> setter) {
    return value -> {
      if (!value.equals("true") && !value.equals("false")) {
        throw new IllegalArgumentException(
            "choice must be true or false, got '" + value + "': write one of these");
      }
      setter.accept(Boolean.valueOf(value));
    };
  }

  /** A setter of on or off. */
  static Consumer<String> onOrOff(Consumer<Boolean> setter) {
    return value -> {
      if (!value.equals(ON) && !value.equals(OFF)) {
        throw new IllegalArgumentException(
            "choice must be on or off, got '" + value + "': write one of these");
      }
      setter.accept(value.equals(ON));
    };
  }

  /** A setter of one of the constants of an enum, which are written as settings are. */
  static <E extends Enum<E>> Consumer<String> choice(Class<E> type, Consumer<E> setter) {
    return value -> {
      List<String> names = new ArrayList<>();
      for (E each : type.getEnumConstants()) {
        String name = each.name().toLowerCase(Locale.ROOT).replace('_', '-');
        if (name.equals(value)) {
          setter.accept(each);
          return;
        }
        names.add(name);
      }
      throw new IllegalArgumentException(
          "choice must be one of " + names + ", got '" + value + "': write one of these");
    };
  }

  /** The parts between commas; none for {@code off}. */
  static String[] list(String value) {
    return value.equals(OFF)
        ? new String[0]
        : Stream.of(value.split(",", -1)).map(String::strip).toArray(String[]::new);
  }
}
