package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.contract.Connection;
import dev.flowshield.http.HttpShield;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.http.HttpFilter;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** What frameworks in filters take a path for, when the container takes it for another one. */
interface SpellingBehavior {

  FilterFixture fixture();

  private void startWithFilterAt(String row, String... mappings) throws Exception {
    HttpShield shield = HttpShield.builder().perClient("1000/h").policies(row).build();
    fixture().start(context -> {
      FlowShieldFilter.protect(context, shield);
      FilterRegistration framework = context.addFilter("framework", new Passing());
      framework.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, mappings);
    });
  }

  private int statusOf(String path) throws Exception {
    try (Connection client = Connection.to(fixture().running().port())) {
      return client.get(path).status();
    }
  }

  @Test
  default void chargesWhatIsBehindTheLengthOfTheFiltersPrefix() throws Exception {
    startWithFilterAt("* /api/secret/** * deny", "/api/*");

    assertThat(statusOf("/abc/secret/x/../../../api/y")).isEqualTo(403);
    assertThat(statusOf("/abcdef/secret/x/../../../api/y")).isEqualTo(200);
    assertThat(statusOf("/abc/secret/x/../../../other/y")).isEqualTo(200);
  }

  @Test
  default void chargesTheWholePathIfTheFiltersPrefixIsNotInIt() throws Exception {
    startWithFilterAt("* /api/secret/** * deny", "/api/*");

    assertThat(statusOf("/secret/../ap%69/x")).isEqualTo(403);
    assertThat(statusOf("/secret/../api/x")).isEqualTo(200);
  }

  @Test
  default void chargesWhatIsBehindEachPrefixOfOneFilter() throws Exception {
    startWithFilterAt("* /longer/secret/** * deny", "/api/*", "/longer/*");

    assertThat(statusOf("/longex/secret/x/../../../longer/../api/y")).isEqualTo(403);
    assertThat(statusOf("/longex/secret/x/../../../api/y")).isEqualTo(200);
  }

  @Test
  default void chargesWhatBeginsWithTheResolvedPathInsideTheAddress() throws Exception {
    startWithFilterAt("* /login * deny", "/*");

    assertThat(statusOf("/x/login;/../../l;")).isEqualTo(403);
    assertThat(statusOf("/x/login/../../l;")).isEqualTo(200);
    assertThat(statusOf("/l;")).isEqualTo(200);
  }

  /** Stands for a framework that runs another route than the container would. */
  final class Passing extends HttpFilter {
    private static final long serialVersionUID = 1L;
  }
}
