package dev.flowshield.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Comments and pages are written in the English of the field: few words that need to be read twice,
 * and javadoc that starts with a verb.
 */
class EnglishArchitectureTest {

  private static final Path ROOT = Path.of("..", "..");
  private static final Path A = Path.of("A.java");
  private static final int FEWEST_WORDS = 20_000;
  private static final double RETURNS_AT_LEAST = 80;

  /** The most occurrences of a pattern in 10,000 words. */
  private record Budget(String name, Pattern pattern, double most) {

    static Budget of(String name, String pattern, double most) {
      return new Budget(name, Pattern.compile(pattern), most);
    }
  }

  private static final List<Budget> BUDGETS = List.of(
      Budget.of("what", "\\b[Ww]hat\\b", 10),
      Budget.of("where", "\\b[Ww]here\\b", 8),
      Budget.of(", as", ", as\\b", 15),
      Budget.of("none", "\\b[Nn]one\\b", 6),
      Budget.of("stand", "\\b[Ss]tands?\\b", 0),
      Budget.of("so many, so much", "\\bso (?:many|much)\\b", 0),
      Budget.of("but for", "\\bbut for\\b", 0));

  private static final Pattern RETURNS = Pattern.compile("\\b[Rr]eturns?\\b");

  private static final Pattern BANNED_OPENING =
      Pattern.compile("\\s*(?:What|Whether|How|Where|That|Those|Of|As|The same)\\b");

  // A method that returns a value: modifiers, a type that is not void, a name, parameters.
  private static final Pattern METHOD_WITH_VALUE = Pattern.compile(
      "(?:@\\w+(?:\\([^)]*\\))?\\s+)*+(?:(?:public|protected|private|static|final|abstract|default)\\s+)*+"
          + "(?:<[^(]*>\\s+)?(?!void\\b|record\\b|class\\b|interface\\b|enum\\b|return\\b|new\\b)"
          + "[\\w.@<>,?\\[\\] ]+\\s+\\w+\\([\\s\\S]*");

  private static final Pattern VERB = Pattern.compile("\\s*(?:[A-Z]\\w*s\\b|Equivalent to\\b)");

  /** Names that were replaced because nobody could search for their ideas. */
  private static final List<String> RETIRED = List.of(
      "Charging",
      "AskedLater",
      "StandingFields",
      "LimitFields",
      "HttpAnswer",
      "ReadyAnswers",
      "LocalLimit",
      "ForeignLimit",
      "ForeignLimits",
      "OpenBill",
      "LaterAdmission",
      "LocalShare",
      "LoneServer",
      "OnStoreFailure",
      "waitedInFront",
      "giveBack",
      "answersAtOnce");

  @Test
  void commentsKeepToTheBudgets() throws IOException {
    assertThat(beyondBudget(sources().map(Prose::ofSource).toList())).isEmpty();
  }

  @Test
  void pagesKeepToTheBudgets() throws IOException {
    assertThat(beyondBudget(pages().map(Prose::ofPage).toList())).isEmpty();
  }

  @Test
  void commentsSayWhatIsReturned() throws IOException {
    List<Prose> all = sources().map(Prose::ofSource).toList();

    assertThat(perTenThousand(all, RETURNS)).as("returns").isGreaterThan(RETURNS_AT_LEAST);
  }

  @Test
  void noJavadocOpensWithAConjunction() throws IOException {
    assertThat(found(EnglishArchitectureTest::isBanned)).isEmpty();
  }

  @Test
  void theJavadocOfAMethodWithAValueStartsWithAVerb() throws IOException {
    assertThat(found(EnglishArchitectureTest::lacksVerb)).isEmpty();
  }

  @Test
  void retiredNamesDoNotComeBack() throws IOException {
    List<String> all = new ArrayList<>();
    for (Path source : sources().toList()) {
      String code = Files.readString(source);
      RETIRED.stream()
          .filter(name -> Pattern.compile("\\b" + name + "\\b").matcher(code).find())
          .forEach(name -> all.add(source + ": " + name));
    }
    assertThat(all).isEmpty();
  }

  @Test
  void findsEachKindOfFault() {
    String source = """
        /** What is given back where none stands, as so many do but for one. */
        int refund();

        /** The number of permits. */
        long permits(String key) {

        /** Returns the number of permits. */
        long size();

        /** Takes "what" there is. */
        void take();
        """;
    Prose prose = Prose.ofSource(A, source);

    assertThat(beyondBudget(List.of(prose))).hasSize(BUDGETS.size());
    assertThat(faults(prose, EnglishArchitectureTest::isBanned)).containsExactly("A.java:1");
    assertThat(faults(prose, EnglishArchitectureTest::lacksVerb))
        .containsExactly("A.java:1", "A.java:4");
  }

  private static boolean isBanned(Prose.Text text) {
    return text.isJavadoc() && BANNED_OPENING.matcher(text.words()).lookingAt();
  }

  private static boolean lacksVerb(Prose.Text text) {
    return text.isJavadoc()
        && METHOD_WITH_VALUE.matcher(text.code()).matches()
        && !VERB.matcher(text.words()).lookingAt();
  }

  private static List<String> found(Function<Prose.Text, Boolean> isFault) throws IOException {
    return sources()
        .map(Prose::ofSource)
        .flatMap(prose -> faults(prose, isFault).stream())
        .toList();
  }

  private static List<String> faults(Prose prose, Function<Prose.Text, Boolean> isFault) {
    return prose.texts().stream()
        .filter(isFault::apply)
        .map(text -> prose.file() + ":" + text.line())
        .toList();
  }

  private static List<String> beyondBudget(List<Prose> all) {
    List<String> beyond = new ArrayList<>();
    for (Budget budget : BUDGETS) {
      double found = perTenThousand(all, budget.pattern);
      if (found > budget.most) {
        beyond.add(String.format(
            Locale.ROOT,
            "%s: %.1f in 10,000 words, at most %.0f; most in %s",
            budget.name,
            found,
            budget.most,
            most(all, budget.pattern)));
      }
    }
    return beyond;
  }

  private static double perTenThousand(List<Prose> all, Pattern pattern) {
    long words = all.stream().mapToLong(Prose::size).sum();
    return 1e4 * all.stream().mapToLong(prose -> prose.count(pattern)).sum() / Math.max(1, words);
  }

  /** Returns the files with most occurrences. */
  private static List<String> most(List<Prose> all, Pattern pattern) {
    return all.stream()
        .filter(prose -> prose.count(pattern) > 0)
        .sorted((one, other) -> Long.compare(other.count(pattern), one.count(pattern)))
        .limit(5)
        .map(prose -> prose.file() + " " + prose.count(pattern))
        .toList();
  }

  private static Stream<Path> sources() throws IOException {
    List<Path> sources;
    try (Stream<Path> files = Files.walk(ROOT)) {
      sources = files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> file.toString().contains("/src/main/"))
          .filter(file -> ROOT.relativize(file).toString().startsWith("flowshield-"))
          .toList();
    }
    long words = sources.stream().map(Prose::ofSource).mapToLong(Prose::size).sum();
    assertThat(words).as("words that were found").isGreaterThan(FEWEST_WORDS);
    return sources.stream();
  }

  private static Stream<Path> pages() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> Stream.of("target", "node_modules").noneMatch(file.toString()::contains))
          .toList()
          .stream();
    }
  }
}
