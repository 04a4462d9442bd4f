package dev.flowshield.http.settings;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds the word that was most likely meant by one that is misspelt. A pure function. */
final class SpellingSuggestion {

  private static final int LONGEST = 64; // as the time is quadratic
  private static final int LETTERS_OF_A_SLIP =
      4; // in a word of this length, one letter may be wrong
  private static final int MOST_SLIPS = 2;

  private SpellingSuggestion() {}

  /** Returns the known word that differs by the fewest letters; null if all differ by too many. */
  static @Nullable String nearest(String word, Collection<String> known) {
    if (word.length() > LONGEST) {
      return null;
    }
    @Nullable String nearest = null;
    int fewest = Math.min(MOST_SLIPS, word.length() / LETTERS_OF_A_SLIP) + 1;
    for (String each : known) {
      int slips = slips(word, each);
      if (slips < fewest) {
        fewest = slips;
        nearest = each;
      }
    }
    return nearest;
  }

  /** Returns the letters to insert, to leave out or to change (the distance of Levenshtein). */
  private static int slips(String word, String meant) {
    int[] above = new int[meant.length() + 1];
    for (int j = 0; j <= meant.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= word.length(); i++) {
      int[] row = new int[meant.length() + 1];
      row[0] = i;
      for (int j = 1; j <= meant.length(); j++) {
        int changed = above[j - 1] + (word.charAt(i - 1) == meant.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(changed, Math.min(above[j], row[j - 1]) + 1);
      }
      above = row;
    }
    return above[meant.length()];
  }
}
