package dev.flowshield.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.redis.RedisStore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The address of a store, which may hold a password. Nothing connects. */
class StoreAddressFuzzTest {

  private static final Pattern USER = Pattern.compile("[^:/]*://[^:/?#]*:");
  private static final int SHORTEST = 4; // a shorter one stands in any text

  @FuzzTest
  void isTakenOrRejectedAndShowsNoPassword(byte[] input) {
    String address = new String(input, UTF_8);
    Trial.inTime(address, Trial.orRejects(RedisStore::at));

    String shown = shown(address);
    assertThat(shown.lines().count()).as("lines of '%s'", shown).isLessThanOrEqualTo(1);
    Matcher user = USER.matcher(address);
    int end = address.lastIndexOf('@');
    if (user.lookingAt() && end - user.end() >= SHORTEST) {
      String password = address.substring(user.end(), end);
      String others = address.substring(0, user.end()) + " " + address.substring(end + 1);
      if (!others.contains(password) && !isOfOurs(password)) {
        assertThat(shown).doesNotContain(password);
      }
    }
  }

  private static String shown(String address) {
    try (RedisStore store = RedisStore.at(address).open()) {
      return store.toString();
    } catch (IllegalArgumentException rejected) {
      return String.valueOf(rejected.getMessage()) + (rejected.getCause() == null ? "" : "\n\n");
    }
  }

  /** Whether it stands in what is said of each address. */
  private static boolean isOfOurs(String password) {
    return shown("").contains(password) || password.chars().allMatch(each -> each == '*');
  }
}
