package dev.flowshield.examples;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The links between documents, with their anchors, and the width of their lines.
 *
 * <p>An anchor is made of a heading by the rules of GitHub: lower case, letters, digits, hyphens
 * and underscores only, a hyphen for each space, and a number behind a heading that repeats
 * another. Links to other sites are not followed. Blocks of code are left out.
 */
final class Links {

  private static final int WIDEST = 120;
  private static final String FENCE = "```";
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");
  private static final Pattern HEADING = Pattern.compile("#+ +(.*)");

  private final Map<Path, List<String>> documents = new HashMap<>();
  private final Map<Path, Set<String>> anchors = new HashMap<>();

  /** Adds a document, with its absolute path. */
  void add(Path file, String text) {
    List<String> prose = prose(text);
    documents.put(file.normalize(), prose);
    anchors.put(file.normalize(), anchors(prose));
  }

  /** Returns the number of documents. */
  int size() {
    return documents.size();
  }

  /** Returns the links that lead nowhere, and the lines that are too wide. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    documents.forEach((file, lines) -> {
      for (String line : lines) {
        Matcher link = LINK.matcher(line);
        while (link.find()) {
          if (!leadsSomewhere(file, link.group(1))) {
            problems.add(
                file + ": a link must lead to a file and a heading, got '" + link.group(1) + "'");
          }
        }
        if (line.length() > WIDEST && !line.startsWith("|") && !line.contains("](")) {
          problems.add(
              file + ": a line must have at most " + WIDEST + " columns, got '" + line + "'");
        }
      }
    });
    problems.sort(null);
    return problems;
  }

  private boolean leadsSomewhere(Path file, String link) {
    if (ELSEWHERE.matcher(link).matches()) {
      return true;
    }
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path target = path.isEmpty() ? file : file.resolveSibling(path).normalize();
    if (!documents.containsKey(target) && !Files.exists(target)) {
      return false;
    }
    return hash < 0 || anchors.getOrDefault(target, Set.of()).contains(link.substring(hash + 1));
  }

  private static List<String> prose(String text) {
    List<String> prose = new ArrayList<>();
    boolean isCode = false;
    for (String line : text.lines().toList()) {
      if (line.strip().startsWith(FENCE)) {
        isCode = !isCode;
      } else if (!isCode) {
        prose.add(line);
      }
    }
    return prose;
  }

  private static Set<String> anchors(List<String> prose) {
    Set<String> anchors = new HashSet<>();
    for (String line : prose) {
      Matcher heading = HEADING.matcher(line);
      if (heading.matches()) {
        String anchor = heading
            .group(1)
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^\\p{L}\\p{N}_ -]", "")
            .replace(' ', '-');
        String unique = anchor;
        for (int repeat = 1; !anchors.add(unique); repeat++) {
          unique = anchor + "-" + repeat;
        }
      }
    }
    return anchors;
  }
}
