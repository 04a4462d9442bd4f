package dev.flowshield.apps.spelling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Paths as nobody writes them who means no harm. */
final class Spellings {

  private static final List<String> ROUTES =
      List.of("free", "paid", "secret", "item", "health", "x", "free", "paid", "secret", "s", "i");
  private static final List<String> FILES = List.of("a/b", "x", "1", "x/y", "a");
  private static final List<String> UPWARDS = List.of(
      "..", "..", "%2e%2e", ".%2E", "..;", "..;a=b", "..%3b", "%2e%2e;x", "..%00", "%252e%252e");
  private static final List<String> ODD = List.of(
      "", "", ".", "%2e", ";", ";x", ";x=y", "%3b", "%3Bx", ".;", "..", "%20", "...", "%2f", "%5c",
      "\\", "%", "%zz", "%c0%ae", "+", "x%0a", "~", "x;y", "%25", "?", "#");
  private static final List<String> SLASHES =
      List.of("//", "///", "%2f", "%2F", "\\", "%5c", "%5C", ";/", ";a/", "/;/", "/./", "%252f");

  private static final List<String> DETOURS =
      List.of("/..", "/..", "/../..", "/", "/x/../../..", ";", "/%2e%2e", "/.", "\\..");
  private static final List<String> SEAMS = List.of("", "", "/");

  private final Random random;
  private final String prefix;

  /**
   * Spellings of paths below a prefix.
   *
   * @param seed the same ones for the same seed
   */
  Spellings(long seed, String prefix) {
    this.random = new Random(seed);
    this.prefix = prefix;
  }

  /** Returns the next one, with all before it that a server may take for its prefix. */
  String next() {
    List<String> segments = new ArrayList<>();
    addRoute(segments);
    int detours = random.nextInt(3);
    for (int i = 0; i < detours; i++) {
      int ups = 1 + random.nextInt(3);
      for (int up = 0; up < ups; up++) {
        segments.add(one(UPWARDS));
      }
      addRoute(segments);
    }
    int oddities = random.nextInt(3);
    for (int i = 0; i < oddities; i++) {
      segments.add(random.nextInt(segments.size() + 1), one(ODD));
    }
    StringBuilder path = new StringBuilder(respelled(spelledPrefix(), 40));
    for (String segment : segments) {
      path.append(random.nextInt(6) == 0 ? one(SLASHES) : "/").append(segment);
    }
    if (random.nextInt(8) == 0) {
      path.append(one(random.nextBoolean() ? SLASHES : ODD));
    }
    String spelled = respelled(path.toString(), 5);
    String rooted = spelled.startsWith("/") ? spelled : "/" + spelled;
    return random.nextInt(16) == 0 ? "http://127.0.0.1" + rooted : rooted;
  }

  /** Returns the prefix, now and then behind what a server takes away again. */
  private String spelledPrefix() {
    return prefix.isEmpty() || random.nextInt(6) > 0
        ? prefix
        : "/" + "1".repeat(random.nextInt(12)) + one(SEAMS) + one(ROUTES) + one(DETOURS) + prefix;
  }

  private void addRoute(List<String> segments) {
    segments.add(one(ROUTES));
    if (random.nextInt(3) > 0) {
      segments.addAll(List.of(one(FILES).split("/", -1)));
    }
  }

  /** Returns a text of which, now and then, something is written otherwise. */
  private String respelled(String text, int times) {
    if (text.isEmpty() || random.nextInt(times) != 0) {
      return text;
    }
    int at = random.nextInt(text.length());
    char c = text.charAt(at);
    String other = random.nextInt(4) == 0 || c > '~' || c <= ' '
        ? c + one(ODD)
        : switch (random.nextInt(6)) {
          case 0 -> one(UPWARDS) + "/" + c;
          case 1 -> String.valueOf(Character.toUpperCase(c));
          default -> escaped(c);
        };
    return text.substring(0, at) + other + text.substring(at + 1);
  }

  private static String escaped(char c) {
    return String.format(Locale.ROOT, "%%%02x", (int) c);
  }

  private String one(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }
}
