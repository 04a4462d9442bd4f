package dev.flowshield;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.samples.SampleFolder;
import dev.flowshield.samples.SampleProviders;
import dev.flowshield.spi.RateLimiterProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ServiceConfigurationError;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of failing providers: the exception names the provider and its location, and has the
 * failure as its cause.
 */
@Tag("classpath")
class FailingProvidersTest {

  private static final RateLimit LIMIT = RateLimit.parse("100/s");

  private final SeenFolders seen = new SeenFolders();

  @TempDir
  Path folder;

  @TempDir
  Path otherFolder;

  @AfterEach
  void putTheContextBack() throws IOException {
    seen.close();
  }

  @Nested
  class AProviderThatFails {

    @Test
    void withoutANameIsNamedByItsClassAndPlace() throws IOException {
      SampleFolder jar = provider(SampleProviders.Nameless.class);
      seen.see(jar);

      assertFails(() -> RateLimiter.of("generous", LIMIT), NullPointerException.class)
          .hasMessageContainingAll(
              SampleProviders.Nameless.class.getName() + " (" + jar.url() + ")",
              "did not return its name",
              "its name is null");
    }

    @Test
    void toTellItsNameIsNamedByItsClassAndPlace() throws IOException {
      SampleFolder jar = provider(SampleProviders.FailsToTellItsName.class);
      seen.see(jar);

      assertFails(() -> RateLimiter.of("generous", LIMIT), UnsupportedOperationException.class)
          .hasMessageContainingAll(
              SampleProviders.FailsToTellItsName.class.getName() + " (" + jar.url() + ")",
              "did not return its name",
              "which name?");
    }

    @Test
    void toHaveANameOfLowerCaseWordsIsNamedByItsClassAndPlace() throws IOException {
      SampleFolder jar = provider(SampleProviders.Capital.class);
      seen.see(jar);

      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of("my-limiter", LIMIT))
          .withMessage("a limiter's name must be lower-case words joined by hyphens, as in"
              + " 'my-limiter', got 'My-Limiter' from " + SampleProviders.Capital.class.getName()
              + " (" + jar.url() + "): correct the value that its name() returns");
    }

    @Test
    void toHaveANameWithoutSpacesOrAnyNameIsNamedToo() throws IOException {
      seen.see(provider(SampleProviders.Spaced.class));
      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of("my limiter", LIMIT))
          .withMessageContaining("got 'my limiter' from " + SampleProviders.Spaced.class.getName());

      seen.see(new SampleFolder(otherFolder)
          .with(RateLimiterProvider.class, SampleProviders.Unnamed.class));
      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of("token-bucket", LIMIT))
          .withMessageContaining("got '' from " + SampleProviders.Unnamed.class.getName());
    }

    @Test
    void toCreateIsNamedByItsNameClassAndPlace() throws IOException {
      SampleFolder jar = provider(SampleProviders.FailsToCreate.class);
      seen.see(jar);

      assertFails(() -> RateLimiter.of("fails", LIMIT), IllegalStateException.class)
          .hasMessageContainingAll(
              "limiter 'fails' of " + SampleProviders.FailsToCreate.class.getName() + " ("
                  + jar.url() + ")",
              "could not be created",
              "no connection");
    }

    @Test
    void toCreateAnythingIsNamedByItsNameClassAndPlace() throws IOException {
      SampleFolder jar = provider(SampleProviders.CreatesNothing.class);
      seen.see(jar);

      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of("nothing", LIMIT))
          .withMessage("limiter 'nothing' of " + SampleProviders.CreatesNothing.class.getName()
              + " (" + jar.url() + ") must not be null: correct its provider");
    }
  }

  @Nested
  class AProviderThatCannotBeLoaded {

    @Test
    void becauseItIsNotThereIsNamed() throws IOException {
      seen.see(new SampleFolder(folder)
          .withLine(RateLimiterProvider.class, "com.example.GoneWithTheJar"));

      assertFails(() -> RateLimiter.of("generous", LIMIT), ServiceConfigurationError.class)
          .hasMessageContainingAll(
              "a provider of RateLimiterProvider cannot be loaded", "com.example.GoneWithTheJar");
    }

    @Test
    void becauseItsFileIsNoListIsToldFromWhichFile() throws IOException {
      SampleFolder jar =
          new SampleFolder(folder).withLine(RateLimiterProvider.class, "not a class name");
      seen.see(jar);

      assertFails(() -> RateLimiter.of("generous", LIMIT), ServiceConfigurationError.class)
          .hasMessageContainingAll(
              "a provider of RateLimiterProvider cannot be loaded", jar.url().toString());
    }

    @Test
    void becauseItIsNoProviderIsNamed() throws IOException {
      seen.see(provider(SampleProviders.NoProvider.class));

      assertFails(() -> RateLimiter.of("generous", LIMIT), ServiceConfigurationError.class)
          .hasMessageContainingAll(
              "a provider of RateLimiterProvider cannot be loaded",
              SampleProviders.NoProvider.class.getName());
    }

    @Test
    void becauseItsConstructorFailsIsNamed() throws IOException {
      seen.see(provider(SampleProviders.FailsToStart.class));

      assertFails(() -> RateLimiter.of("generous", LIMIT), ServiceConfigurationError.class)
          .hasMessageContainingAll(
              "a provider of RateLimiterProvider cannot be loaded",
              SampleProviders.FailsToStart.class.getName())
          .hasRootCauseMessage("no disk");
    }

    @Test
    void becauseALibraryOfItsOwnIsMissingTellsWhatIsMissing() throws IOException {
      seen.see(provider(SampleProviders.NeedsAnotherJar.class));

      assertFails(() -> RateLimiter.of("generous", LIMIT), NoClassDefFoundError.class)
          .hasMessageContainingAll(
              "a provider of RateLimiterProvider cannot be loaded", "InAnotherJar");
    }
  }

  private SampleFolder provider(Class<?> provider) throws IOException {
    return new SampleFolder(folder).with(RateLimiterProvider.class, provider);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertFails(
      ThrowingCallable call, Class<? extends Throwable> cause) {
    return assertThatThrownBy(call)
        .isInstanceOf(IllegalStateException.class)
        .hasCauseInstanceOf(cause);
  }
}
