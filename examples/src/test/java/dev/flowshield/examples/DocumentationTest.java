package dev.flowshield.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests that the documentation shows compiled code, and that its links lead somewhere. */
class DocumentationTest {

  private static final Path MODULE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
  private static final Path PROJECT = MODULE.resolve("..").normalize();

  private static final Pattern COMMAND = Pattern.compile("mvn [^`\n]*-pl ([\\w/,-]+)[^`\n]*");
  private static final Pattern MODULE_OF_POM = Pattern.compile("<module>([^<]+)</module>");

  // A class of tests, as in `ATest`, and perhaps one of its methods, as in `ATest.method`.
  private static final Pattern TEST =
      Pattern.compile("`([A-Z]\\w*(?:Test|Contract|Behavior))(?:\\.(\\w+))?`");

  @Test
  void showsTheCodeOfTheExamples() throws IOException {
    Snippets snippets = new Snippets();
    for (Path program : files(MODULE.resolve("src"), 9, ".java")) {
      snippets.addProgram(program.getFileName().toString(), Files.readString(program));
    }
    List<String> problems = new ArrayList<>();
    List<Path> documents = new ArrayList<>(files(PROJECT, 2, "README.md"));
    documents.addAll(files(PROJECT.resolve("docs"), 1, ".md"));
    for (Path document : documents) {
      problems.addAll(
          snippets.problems(PROJECT.relativize(document).toString(), Files.readString(document)));
    }

    assertThat(problems).isEmpty();
    assertThat(snippets.shown()).as("snippets shown").isNotEmpty();
  }

  @Test
  void itsLinksLeadToFilesAndHeadingsAndItsLinesFitTheWidth() throws IOException {
    Links links = new Links();
    for (Path document : files(PROJECT, 9, ".md")) {
      if (!document.toString().contains("/target/")) {
        links.add(document, Files.readString(document));
      }
    }

    assertThat(links.problems()).isEmpty();
    assertThat(links.size()).isGreaterThan(60);
  }

  @Test
  void itsCommandsNameTheProfileThatBuildsTheirModules() throws IOException {
    Set<String> thorough = new HashSet<>(modules("", "thorough"));
    thorough.removeAll(modules("", "everything"));
    thorough.addAll(modules("checks/", "thorough"));
    List<String> wrong = new ArrayList<>();
    int commands = 0;
    for (Path document : files(PROJECT, 9, ".md")) {
      Matcher command = COMMAND.matcher(Files.readString(document).replace("\\\n", " "));
      while (command.find()) {
        commands++;
        if (Stream.of(command.group(1).split(",", -1)).anyMatch(thorough::contains)
            && !command.group().contains("-Pthorough")) {
          wrong.add(PROJECT.relativize(document) + ": " + command.group());
        }
      }
    }

    assertThat(wrong).isEmpty();
    assertThat(commands).isGreaterThan(15);
    assertThat(thorough).contains("benchmarks", "checks/soak");
  }

  /** Returns the modules that a profile of a pom builds, as the root calls them. */
  private static List<String> modules(String folder, String profile) throws IOException {
    String pom = Files.readString(PROJECT.resolve(folder + "pom.xml"));
    int from = pom.indexOf("<id>" + profile + "</id>");
    return MODULE_OF_POM
        .matcher(pom.substring(from, pom.indexOf("</profile>", from)))
        .results()
        .map(module -> folder + module.group(1))
        .toList();
  }

  @Test
  void theIndexHasEveryPage() throws IOException {
    Path docs = PROJECT.resolve("docs");
    String index = Files.readString(docs.resolve("README.md"));
    String decisions = Files.readString(docs.resolve("adr/README.md"));

    for (Path page : files(docs, 1, ".md")) {
      if (!page.endsWith("README.md")) {
        assertThat(index).contains("](" + page.getFileName() + ")");
      }
    }
    for (Path page : files(docs.resolve("adr"), 1, ".md")) {
      if (!page.endsWith("README.md")) {
        assertThat(decisions).contains("](" + page.getFileName() + ")");
      }
    }
  }

  @Test
  void theTestsThatEnforceDecisionsExist() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (Path source : files(PROJECT, 12, ".java")) {
      String name = source.getFileName().toString().replace(".java", "");
      sources.merge(name, Files.readString(source), String::concat);
    }
    List<String> missing = new ArrayList<>();
    for (Path record : files(PROJECT.resolve("docs/adr"), 1, ".md")) {
      String text = Files.readString(record);
      int enforced = text.indexOf("**Enforced by**");
      if (enforced < 0) {
        assertThat(record).hasFileName("README.md");
        continue;
      }
      Matcher test = TEST.matcher(text.substring(enforced));
      while (test.find()) {
        String source = sources.getOrDefault(test.group(1), "");
        if (source.isEmpty() || (test.group(2) != null && !source.contains(test.group(2) + "("))) {
          missing.add(record.getFileName() + ": a test must exist, got " + test.group());
        }
      }
    }

    assertThat(missing).isEmpty();
  }

  private static List<Path> files(Path directory, int depth, String end) throws IOException {
    try (Stream<Path> all = Files.walk(directory, depth)) {
      return all.filter(file -> file.toString().endsWith(end)).sorted().toList();
    }
  }

  /** A check that cannot fail would prove nothing. */
  @Nested
  class IfALinkIsBroken {

    private final Links links = new Links();

    IfALinkIsBroken() {
      links.add(PROJECT.resolve("a.md"), "# A page, *of* `code`\n\n## Twice\n\n## Twice\n");
    }

    @Test
    void acceptsFilesHeadingsAndOtherSites() {
      assertThat(problems("[a](a.md) [b](#here) [c](https://example.com)\n\n# Here\n"))
          .isEmpty();
      assertThat(problems("[a](a.md#a-page-of-code) [b](a.md#twice-1)\n")).isEmpty();
    }

    @Test
    void findsAFileThatIsNotThere() {
      assertThat(problems("[a](none.md)\n"))
          .singleElement()
          .asString()
          .contains("docs/b.md: a link must lead to a file and a heading, got 'none.md'");
    }

    @Test
    void findsAHeadingThatIsNotThere() {
      assertThat(problems("[a](a.md#twice-2)\n")).hasSize(1);
      assertThat(problems("[a](#here)\n\n```\n# Here\n```\n")).hasSize(1);
    }

    @Test
    void findsALineThatIsTooWideOutsideOfCodeTablesAndLinks() {
      String wide = "x".repeat(121);
      assertThat(problems(wide + "\n")).hasSize(1);
      assertThat(problems("```\n" + wide + "\n```\n| " + wide + " |\n[" + wide + "](../a.md)\n"))
          .isEmpty();
    }

    private List<String> problems(String document) {
      links.add(PROJECT.resolve("docs/b.md"), document.replace("](a.md", "](../a.md"));
      return links.problems();
    }
  }

  /** A check that cannot fail would prove nothing. */
  @Nested
  class IfTheyDiffer {

    private final Snippets snippets = new Snippets();

    IfTheyDiffer() {
      snippets.addProgram(
          "A.java", "class A {\n  // snippet: a\n  int a() {\n\n    return 1;\n  }\n  // end\n}\n");
      snippets.addProgram("B.java", "// snippet: b\nint b;\n// end\n");
    }

    @Test
    void acceptsEqualCodeWithOtherIndentation() {
      assertThat(problems("<!-- snippet: a -->\n```java\nint a() {\n\n  return 1;\n}\n```\n"))
          .isEmpty();
      assertThat(snippets.shown()).containsExactly("a");
    }

    @Test
    void acceptsSeveralPartsOneBelowTheOther() {
      assertThat(problems(
              "<!-- snippet: b, a -->\n```java\nint b;\nint a() {\n\n  return 1;\n}\n```\n"))
          .isEmpty();
    }

    @Test
    void findsABlockThatDiffers() {
      assertThat(problems("<!-- snippet: b -->\n```java\nint  b;\n```\n"))
          .singleElement()
          .asString()
          .contains("DOC: the block of 'b' must be\nint b;\ngot\nint  b;");
    }

    @Test
    void findsAMarkerThatIsNotKnown() {
      assertThat(problems("<!-- snippet: c -->\n```java\nint b;\n```\n"))
          .containsExactly("DOC: a snippet must be one of [a, b], got 'c'");
    }

    @Test
    void findsAMarkerWithoutABlock() {
      assertThat(problems("<!-- snippet: b -->\n\nand so on\n"))
          .containsExactly("DOC: a block of code must follow the marker of 'b'");
      assertThat(problems("<!-- snippet: b -->"))
          .containsExactly("DOC: a block of code must follow the marker of 'b'");
    }

    @Test
    void shownIsEmptyIfNoBlockIsMarked() {
      assertThat(problems("```java\nint b;\n```\n")).isEmpty();
      assertThat(snippets.shown()).isEmpty();
    }

    @Test
    void findsAPartThatIsMarkedTwice() {
      assertThatThrownBy(() -> snippets.addProgram("C.java", "// snippet: b\n// end\n"))
          .hasMessageContaining("'b' must be marked once");
    }

    @Test
    void findsAPartOrABlockThatDoesNotEnd() {
      assertThatThrownBy(() -> snippets.addProgram("C.java", "// snippet: c\nint c;\n"))
          .hasMessageContaining("'// end' must close");
      assertThatThrownBy(() -> problems("<!-- snippet: b -->\n```java\nint b;\n"))
          .hasMessageContaining("'```' must close");
    }

    private List<String> problems(String document) {
      return snippets.problems("DOC", document);
    }
  }
}
