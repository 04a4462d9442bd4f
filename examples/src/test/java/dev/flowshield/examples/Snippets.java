package dev.flowshield.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The marked parts of programs, and the blocks of documentation that show them.
 *
 * <p>In a program a part stands between {@code // snippet: name} and {@code // end}. In
 * documentation the comment {@code <!-- snippet: name -->} stands on the line before a block of
 * code; several names, with commas between, are shown one below the other. The text between
 * them is compared by character, without the indentation that all its lines share.
 */
final class Snippets {

  private static final String BEGIN = "// snippet: ";
  private static final String END = "// end";
  private static final String SHOWN = "<!-- snippet: ";
  private static final String FENCE = "```";

  private final Map<String, String> parts = new TreeMap<>();
  private final Set<String> shown = new TreeSet<>();

  /** Adds the parts of a program. */
  void addProgram(String file, String text) {
    List<String> lines = text.lines().toList();
    for (int begin = 0; begin < lines.size(); begin++) {
      String line = lines.get(begin).strip();
      if (line.startsWith(BEGIN)) {
        String name = line.substring(BEGIN.length());
        int end = indexOf(lines, begin + 1, END, file);
        if (parts.put(name, flushLeft(lines.subList(begin + 1, end))) != null) {
          throw new AssertionError(
              "snippet '" + name + "' must be marked once, got it again in " + file);
        }
      }
    }
  }

  /** Returns the problems with the blocks of a document; an empty list if all is well. */
  List<String> problems(String file, String text) {
    List<String> problems = new ArrayList<>();
    List<String> lines = text.lines().toList();
    for (int marker = 0; marker < lines.size(); marker++) {
      if (lines.get(marker).startsWith(SHOWN)) {
        String names =
            lines.get(marker).substring(SHOWN.length()).replace("-->", "").strip();
        problems.addAll(problemsOf(file, names, lines, marker + 1));
      }
    }
    return problems;
  }

  /** Returns the names that documents have shown so far. */
  Set<String> shown() {
    return shown;
  }

  private List<String> problemsOf(String file, String names, List<String> lines, int fence) {
    if (fence == lines.size() || !lines.get(fence).startsWith(FENCE)) {
      return List.of(file + ": a block of code must follow the marker of '" + names + "'");
    }
    List<String> problems = new ArrayList<>();
    List<String> wanted = new ArrayList<>();
    for (String name : names.split("\\s*,\\s*", -1)) {
      String part = parts.get(name);
      if (part == null) {
        problems.add(
            file + ": a snippet must be one of " + parts.keySet() + ", got '" + name + "'");
      } else {
        wanted.add(part);
        shown.add(name);
      }
    }
    String block =
        String.join("\n", lines.subList(fence + 1, indexOf(lines, fence + 1, FENCE, file)));
    String expected = String.join("\n", wanted);
    if (problems.isEmpty() && !block.equals(expected)) {
      problems.add(
          file + ": the block of '" + names + "' must be\n" + expected + "\ngot\n" + block);
    }
    return problems;
  }

  private static int indexOf(List<String> lines, int from, String end, String file) {
    for (int at = from; at < lines.size(); at++) {
      if (lines.get(at).strip().equals(end)) {
        return at;
      }
    }
    throw new AssertionError(
        "'" + end + "' must close what line " + from + " of " + file + " opens, got none");
  }

  private static String flushLeft(List<String> lines) {
    int shared = lines.stream()
        .filter(line -> !line.isBlank())
        .mapToInt(line -> line.length() - line.stripLeading().length())
        .min()
        .orElse(0);
    return lines.stream()
        .map(line -> line.isBlank() ? "" : line.substring(shared))
        .collect(Collectors.joining("\n"));
  }
}
