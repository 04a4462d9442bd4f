package dev.flowshield.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules that the formatter does not enforce: comments end at the maximum column of code. */
class SourcesArchitectureTest {

  private static final Path ROOT = Path.of("..", "..");
  private static final int WIDTH = 100;
  private static final int FEWEST_SOURCES = 200;
  private static final Pattern COMMENT = Pattern.compile("\\s*(/\\*|\\*|//).*");

  @Test
  void commentsEndAtColumn100() throws IOException {
    List<Path> sources = sources();

    assertThat(sources).as("sources that were found").hasSizeGreaterThan(FEWEST_SOURCES);
    assertThat(sources.stream().flatMap(source -> tooWide(source, lines(source)).stream()))
        .as("comments beyond column " + WIDTH)
        .isEmpty();
  }

  @Test
  void findsACommentThatIsTooWide() {
    String wide = " * " + "x".repeat(WIDTH - 2);
    String longCode = "    String text = \"" + "x".repeat(WIDTH) + "\";";

    assertThat(tooWide(Path.of("A.java"), List.of("/** Short. */", wide, longCode)))
        .containsExactly("A.java:2");
  }

  private static List<String> tooWide(Path source, List<String> lines) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.length() > WIDTH && COMMENT.matcher(line).matches()) {
        found.add(source + ":" + (i + 1));
      }
    }
    return found;
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> Stream.of("target", "fixtures").noneMatch(file.toString()::contains))
          .toList();
    }
  }

  private static List<String> lines(Path source) {
    try {
      return Files.readAllLines(source);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
