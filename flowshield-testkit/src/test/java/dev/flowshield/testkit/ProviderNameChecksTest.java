package dev.flowshield.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.spi.RateLimiterProvider;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderNameChecksTest {

  private static final String FORM = " must be lower-case words joined by hyphens,"
      + " as in 'my-limiter', got %s: correct the value that its name() returns";

  @TempDir
  Path folder;

  @Test
  void lowerCaseWordsJoinedByHyphensAreNames() {
    ProviderNameChecks.requireValid(List.of(new One("vip"), new Other("my-limiter-2")));
  }

  @Test
  void anyOtherFormIsTold() {
    for (String name : List.of(
        "My-Limiter", "my limiter", "", " ", "my_limiter", "-vip", "vip-", "a--b", "2nd", "víp")) {
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> ProviderNameChecks.requireValid(List.of(new One(name))))
          .withMessage("the name of " + One.class.getName() + FORM.formatted("'" + name + "'"));
    }
  }

  @Test
  void nullIsTold() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> ProviderNameChecks.requireValid(List.of(new One(null))))
        .withMessage("the name of " + One.class.getName() + FORM.formatted("null"));
  }

  @Test
  void aNameThatTwoHaveIsTold() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(
            () -> ProviderNameChecks.requireValid(List.of(new One("vip"), new Other("vip"))))
        .withMessage("names of providers must be unique, got 'vip' of " + One.class.getName()
            + " and of " + Other.class.getName() + ": rename one of them");
  }

  @Test
  void theContractLooksAtTheProvidersThatTheTestSees() throws Exception {
    Path file = folder.resolve("META-INF/services/" + RateLimiterProvider.class.getName());
    Files.createDirectories(file.getParent());
    Files.writeString(file, "com.example.GoneWithTheJar\n");
    ClassLoader usual = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, usual)) {
      Thread.currentThread().setContextClassLoader(loader);

      assertThat(ContractRun.failedTests(
              ExactLimiterContractTest.class, "providersHaveNamesOfTheirOwn"))
          .hasEntrySatisfying(
              "providersHaveNamesOfTheirOwn()",
              message -> assertThat(message)
                  .contains("a provider must be a public class", "com.example.GoneWithTheJar"));
    } finally {
      Thread.currentThread().setContextClassLoader(usual);
    }
  }

  @SuppressWarnings("NullAway") // an author without null checks could write this
  private record One(@Nullable String name) implements RateLimiterProvider {
    @Override
    public RateLimiter create(LimiterSpec spec) {
      return (key, permits) -> new Decision.Admitted(0);
    }
  }

  private record Other(String name) implements RateLimiterProvider {
    @Override
    public RateLimiter create(LimiterSpec spec) {
      return (key, permits) -> new Decision.Admitted(0);
    }
  }
}
