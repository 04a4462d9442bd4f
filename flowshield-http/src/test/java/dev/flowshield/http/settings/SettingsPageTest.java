package dev.flowshield.http.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The page {@code docs/settings.md}, which is made of the rows of {@link SettingKeys}. */
class SettingsPageTest {

  private static final Path PAGE = Path.of("..", "docs", "settings.md");
  private static final String RENEW = "settings.page.renew";

  private static final String BEGINNING = """
      # Settings

      For everyone who configures a shield without code. `flowshield.properties` on the class path has one line for each
      setting, such as `per-client=100/s`. All settings are optional.

      | source, the first one that has the setting wins | spelling of `per-client` |
      |---|---|
      | system property | `flowshield.per-client` |
      | environment variable | `FLOWSHIELD_PER_CLIENT` |
      | parameter of a filter or handler, or `HttpShield.fromConfiguration(Map)` | `per-client` |
      | `flowshield.properties` | `per-client` |

      `HttpShield.builder()` has a method for most settings, and `settings(Map)` for all. It starts without a limit and
      without a cap; its other defaults are those of this page. The column *reload* states which changes
      `HttpShield.reload()` applies to a running shield.

      In `HttpShield.fromConfiguration(Map, Consumer)`, a setting of the configuration replaces the same setting of the code,
      and `off` removes it. A default leaves it. Rows of policies are added.
      """;

  private static final String END = """

      This page is generated from the rows of `SettingKeys` in `flowshield-http`; a test compares them.
      """;

  @Test
  void statesEveryRow() throws IOException {
    String page = page();
    if (Boolean.getBoolean(RENEW)) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/settings.md; to write it anew, run mvn test -pl flowshield-http -am"
            + " -Dtest=SettingsPageTest -Dsurefire.failIfNoSpecifiedTests=false -D" + RENEW
            + "=true")
        .isEqualTo(page);
  }

  @Test
  void hasExamplesThatAreAllowed() {
    for (SettingKey<?> key : SettingKeys.ALL) {
      if (key != SettingKeys.POLICIES) { // whose example is a file
        assertThat(key.type().parse(key.name(), key.type().example()))
            .as("%s", key)
            .isNotNull();
      }
    }
  }

  private static String page() {
    StringBuilder page = new StringBuilder(BEGINNING);
    for (SettingKey.Group group : SettingKey.Group.values()) {
      page.append("\n## ").append(group.title()).append("\n\n");
      page.append("| setting | meaning | values | example | default | reload |\n");
      page.append("|---|---|---|---|---|---|\n");
      of(group).forEach(key -> page.append(row(key)));
    }
    return page.append(END).toString();
  }

  private static List<SettingKey<?>> of(SettingKey.Group group) {
    return SettingKeys.ALL.stream().filter(key -> key.group() == group).toList();
  }

  private static String row(SettingKey<?> key) {
    return String.format(
        Locale.ROOT,
        "| `%s` | %s | %s | `%s` | %s | %s |\n",
        key.name(),
        key.doc(),
        key.type().allowed(),
        key.type().example(),
        key.defaultText(),
        key.reload().text());
  }
}
