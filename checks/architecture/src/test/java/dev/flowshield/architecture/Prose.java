package dev.flowshield.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The English of a source or a page: its words, without code.
 *
 * @param file the source or the page
 * @param texts the comments of a source; the whole text of a page
 */
record Prose(Path file, List<Text> texts) {

  /**
   * A comment, or a page.
   *
   * @param line where it begins
   * @param words its words
   * @param code the line of code below a comment
   * @param isJavadoc whether it is a javadoc comment
   */
  record Text(int line, String words, String code, boolean isJavadoc) {}

  private static final Pattern STRING =
      Pattern.compile("\"\"\"(?:.|\\n)*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"");
  private static final Pattern COMMENT =
      Pattern.compile("/\\*[^*]*\\*+(?:[^/*][^*]*\\*+)*/|//[^\\n]*");
  private static final Pattern MARKS = Pattern.compile("(?m)^\\s*\\*+|/\\*+|\\*/|//");
  private static final Pattern CODE_IN_JAVADOC =
      Pattern.compile("<pre>[\\s\\S]*?</pre>|\\{@(?:code|link|linkplain)[^}]*\\}");
  private static final Pattern CODE_IN_PAGE =
      Pattern.compile("```[\\s\\S]*?```|`[^`\\n]*`|\\]\\([^)]*\\)|<[^>\\n]*>");
  private static final Pattern WORD = Pattern.compile("[A-Za-z']+");

  /** Reads the comments of a Java source. */
  static Prose ofSource(Path file) {
    return ofSource(file, read(file));
  }

  /** Finds the comments in the text of a Java source. */
  static Prose ofSource(Path file, String source) {
    String masked = STRING
        .matcher(source)
        .replaceAll(string -> "\"" + "\n".repeat(lines(string.group())) + "\"");
    List<Text> texts = new ArrayList<>();
    Matcher comment = COMMENT.matcher(masked);
    while (comment.find()) {
      String words = MARKS.matcher(comment.group()).replaceAll(" ");
      texts.add(new Text(
          lines(masked.substring(0, comment.start())) + 1,
          CODE_IN_JAVADOC.matcher(words).replaceAll(" "),
          codeAfter(masked, comment.end()),
          comment.group().startsWith("/**")));
    }
    return new Prose(file, texts);
  }

  /** Reads a page. */
  static Prose ofPage(Path file) {
    String words = CODE_IN_PAGE.matcher(read(file)).replaceAll(" ");
    return new Prose(file, List.of(new Text(1, words, "", false)));
  }

  /** Returns the first lines of code behind a comment, up to the end of a declaration. */
  private static String codeAfter(String source, int from) {
    int end = from;
    while (end < source.length() && "{;".indexOf(source.charAt(end)) < 0) {
      end++;
    }
    return source.substring(from, end).strip();
  }

  /** Returns the number of words. */
  long size() {
    return texts.stream()
        .mapToLong(text -> WORD.matcher(text.words).results().count())
        .sum();
  }

  /** Returns the number of occurrences of a pattern. */
  long count(Pattern pattern) {
    return texts.stream()
        .mapToLong(text -> pattern.matcher(text.words).results().count())
        .sum();
  }

  private static int lines(String text) {
    return (int) text.chars().filter(each -> each == '\n').count();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
