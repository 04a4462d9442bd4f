package dev.flowshield.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the documentation shows is what was compiled. */
class DocumentationTest {

  private static final Path MODULE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
  private static final Path PROJECT = MODULE.resolve("..").normalize();

  @Test
  void showsWhatStandsInTheExamples() throws IOException {
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

  private static List<Path> files(Path directory, int depth, String end) throws IOException {
    try (Stream<Path> all = Files.walk(directory, depth)) {
      return all.filter(file -> file.toString().endsWith(end)).sorted().toList();
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
    void acceptsWhatIsEqualButForItsIndentation() {
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
