package dev.flowshield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.samples.SampleFolder;
import dev.flowshield.samples.SampleProviders;
import dev.flowshield.spi.RateAlgorithm;
import dev.flowshield.spi.RateLimiterEngine;
import dev.flowshield.spi.RateLimiterProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ServiceConfigurationError;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** There is no engine here: the api does not know it, not even in its tests. */
@Tag("classpath")
class ProvidersTest {

  private static final RateLimit LIMIT = RateLimit.parse("100/s");

  private final ClassLoader usual = Thread.currentThread().getContextClassLoader();
  private @Nullable URLClassLoader loader;

  @TempDir
  Path folder;

  @TempDir
  Path otherFolder;

  @AfterEach
  void putTheContextBack() throws IOException {
    Thread.currentThread().setContextClassLoader(usual);
    if (loader != null) {
      loader.close();
    }
  }

  @Nested
  class WithoutAnEngine {

    @Test
    void theDefaultLimiterSaysWhatToAdd() {
      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of("100/s"))
          .withMessage("limiter 'token-bucket' needs a provider, got none at all:"
              + " add dev.flowshield:flowshield-engine to the class path or module path"
              + " (the version stands in flowshield-bom), or the module dev.flowshield.engine to"
              + " the image of jlink");
    }

    @Test
    void anAlgorithmSaysWhatToAdd() {
      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of(new Constant(), LimiterSpec.of(LIMIT)))
          .withMessageStartingWith(
              "there must be one engine, got []: add dev.flowshield:flowshield-engine ");
    }

    @Test
    void aThreadWithoutAContextClassLoaderIsToldTheSame() {
      Thread.currentThread().setContextClassLoader(null);

      theDefaultLimiterSaysWhatToAdd();
      anAlgorithmSaysWhatToAdd();
    }

    @Test
    void aLimiterOfOnesOwnNeedsNone() throws IOException {
      see(provider(SampleProviders.Generous.class));

      assertThat(RateLimiter.of("generous", LIMIT).decide("alice", 30))
          .isEqualTo(new Decision.Admitted(70));
    }
  }

  @Nested
  class AProviderThatIsFound {

    @Test
    void isGivenTheSpec() throws IOException {
      see(provider(SampleProviders.Generous.class));

      LimiterSpec spec = LimiterSpec.of(LIMIT.withBurst(7)).withOption("zone", "UTC");

      assertThat(RateLimiter.of("generous", spec).decide()).isEqualTo(new Decision.Admitted(6));
    }

    @Test
    void rejectsWhatItCannotKeepInItsOwnWords() throws IOException {
      see(provider(SampleProviders.Generous.class));

      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> RateLimiter.of("generous", LimiterSpec.of(LIMIT).withOption("zoen", "UTC")))
          .withMessage("options must be among [zone], got [zoen]:"
              + " correct the spelling or leave them out");
    }

    @Test
    void mayHaveDigitsInItsName() throws IOException {
      see(provider(SampleProviders.Digits.class));

      assertThat(RateLimiter.of("gcra2-v3", LIMIT).tryAcquire()).isTrue();
    }

    @Test
    void isLookedForAnewEachTime() throws IOException {
      see(provider(SampleProviders.Generous.class));
      RateLimiter.of("generous", LIMIT);
      see(new SampleFolder(otherFolder)
          .with(RateLimiterProvider.class, SampleProviders.Modest.class));

      assertThat(RateLimiter.of("modest", LIMIT).tryAcquire()).isTrue();
      assertThatIllegalArgumentException().isThrownBy(() -> RateLimiter.of("generous", LIMIT));
    }

    /**
     * As in a container: the library is loaded by one class loader, the application by one below
     * it.
     */
    @Test
    void countsOnceWhereTheThreadAndTheApiBothSeeIt() throws Exception {
      URL api = RateLimiter.class.getProtectionDomain().getCodeSource().getLocation();
      URL provided = provider(SampleProviders.Generous.class).url();
      loader = new URLClassLoader(new URL[] {api, provided}, null);
      Class<?> limit = loader.loadClass(RateLimit.class.getName());
      Class<?> limiter = loader.loadClass(RateLimiter.class.getName());
      Object aHundred = limit.getMethod("parse", String.class).invoke(null, "100/s");
      try (URLClassLoader application = new URLClassLoader(new URL[0], loader)) {
        Thread.currentThread().setContextClassLoader(application);

        Object made =
            limiter.getMethod("of", String.class, limit).invoke(null, "generous", aHundred);

        assertThat(made).isInstanceOf(limiter);
      }
    }
  }

  @Nested
  class AnUnknownName {

    @Test
    void isAnsweredWithTheKnownOnes() throws IOException {
      see(new SampleFolder(folder)
          .with(RateLimiterProvider.class, SampleProviders.Modest.class)
          .with(RateLimiterProvider.class, SampleProviders.Generous.class));

      assertThatIllegalArgumentException()
          .isThrownBy(() -> RateLimiter.of("generuos", LIMIT))
          .withMessage("limiter must be one of [generous, modest], got 'generuos':"
              + " correct the name, or add the jar that provides it");
    }
  }

  @Nested
  class TwoOfOneName {

    @Test
    void areBothNamedWithTheirPlaces() throws IOException {
      SampleFolder one = provider(SampleProviders.OneTwin.class);
      SampleFolder other = new SampleFolder(otherFolder)
          .with(RateLimiterProvider.class, SampleProviders.OtherTwin.class);
      see(one, other);

      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of("twin", LIMIT))
          .withMessage("limiter names must be unique, got 'twin' twice, from "
              + SampleProviders.OneTwin.class.getName() + " (" + one.url() + ") and from "
              + SampleProviders.OtherTwin.class.getName() + " (" + other.url()
              + "): rename one of them or take its jar away");
    }

    @Test
    void areNoMatterToWhoeverAsksForAnotherName() throws IOException {
      see(new SampleFolder(folder)
          .with(RateLimiterProvider.class, SampleProviders.OneTwin.class)
          .with(RateLimiterProvider.class, SampleProviders.OtherTwin.class)
          .with(RateLimiterProvider.class, SampleProviders.Generous.class));

      assertThat(RateLimiter.of("generous", LIMIT).tryAcquire("alice")).isTrue();
    }
  }

  @Nested
  class AProviderThatFails {

    @Test
    void withoutANameIsNamedByItsClassAndPlace() throws IOException {
      SampleFolder jar = provider(SampleProviders.Nameless.class);
      see(jar);

      assertFails(() -> RateLimiter.of("generous", LIMIT), NullPointerException.class)
          .hasMessageContainingAll(
              SampleProviders.Nameless.class.getName() + " (" + jar.url() + ")",
              "cannot tell its name",
              "its name is null");
    }

    @Test
    void toTellItsNameIsNamedByItsClassAndPlace() throws IOException {
      SampleFolder jar = provider(SampleProviders.FailsToTellItsName.class);
      see(jar);

      assertFails(() -> RateLimiter.of("generous", LIMIT), UnsupportedOperationException.class)
          .hasMessageContainingAll(
              SampleProviders.FailsToTellItsName.class.getName() + " (" + jar.url() + ")",
              "cannot tell its name",
              "which name?");
    }

    @Test
    void toHaveANameOfLowerCaseWordsIsNamedByItsClassAndPlace() throws IOException {
      SampleFolder jar = provider(SampleProviders.Capital.class);
      see(jar);

      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of("my-limiter", LIMIT))
          .withMessage("a limiter's name must be lower-case words joined by hyphens, as in"
              + " 'my-limiter', got 'My-Limiter' from " + SampleProviders.Capital.class.getName()
              + " (" + jar.url() + "): change what its name() answers");
    }

    @Test
    void toHaveANameWithoutSpacesOrAnyNameIsNamedToo() throws IOException {
      see(provider(SampleProviders.Spaced.class));
      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of("my limiter", LIMIT))
          .withMessageContaining("got 'my limiter' from " + SampleProviders.Spaced.class.getName());

      see(new SampleFolder(otherFolder)
          .with(RateLimiterProvider.class, SampleProviders.Unnamed.class));
      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of("token-bucket", LIMIT))
          .withMessageContaining("got '' from " + SampleProviders.Unnamed.class.getName());
    }

    @Test
    void toCreateIsNamedByItsNameClassAndPlace() throws IOException {
      SampleFolder jar = provider(SampleProviders.FailsToCreate.class);
      see(jar);

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
      see(jar);

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
      see(new SampleFolder(folder)
          .withLine(RateLimiterProvider.class, "com.example.GoneWithTheJar"));

      assertFails(() -> RateLimiter.of("generous", LIMIT), ServiceConfigurationError.class)
          .hasMessageContainingAll(
              "a provider of RateLimiterProvider cannot be loaded", "com.example.GoneWithTheJar");
    }

    @Test
    void becauseItsFileIsNoListIsToldFromWhichFile() throws IOException {
      SampleFolder jar =
          new SampleFolder(folder).withLine(RateLimiterProvider.class, "not a class name");
      see(jar);

      assertFails(() -> RateLimiter.of("generous", LIMIT), ServiceConfigurationError.class)
          .hasMessageContainingAll(
              "a provider of RateLimiterProvider cannot be loaded", jar.url().toString());
    }

    @Test
    void becauseItIsNoProviderIsNamed() throws IOException {
      see(provider(SampleProviders.NoProvider.class));

      assertFails(() -> RateLimiter.of("generous", LIMIT), ServiceConfigurationError.class)
          .hasMessageContainingAll(
              "a provider of RateLimiterProvider cannot be loaded",
              SampleProviders.NoProvider.class.getName());
    }

    @Test
    void becauseItsConstructorFailsIsNamed() throws IOException {
      see(provider(SampleProviders.FailsToStart.class));

      assertFails(() -> RateLimiter.of("generous", LIMIT), ServiceConfigurationError.class)
          .hasMessageContainingAll(
              "a provider of RateLimiterProvider cannot be loaded",
              SampleProviders.FailsToStart.class.getName())
          .hasRootCauseMessage("no disk");
    }

    @Test
    void becauseALibraryOfItsOwnIsMissingTellsWhatIsMissing() throws IOException {
      see(provider(SampleProviders.NeedsAnotherJar.class));

      assertFails(() -> RateLimiter.of("generous", LIMIT), NoClassDefFoundError.class)
          .hasMessageContainingAll(
              "a provider of RateLimiterProvider cannot be loaded", "InAnotherJar");
    }
  }

  @Nested
  class AnEngine {

    @Test
    void runsAnAlgorithm() throws IOException {
      see(engine(SampleProviders.Engine.class));

      assertThat(RateLimiter.of(new Constant(), LimiterSpec.of(LIMIT)).decide())
          .isEqualTo(new Decision.Admitted(3));
    }

    @Test
    void thereMayBeOnlyOneOf() throws IOException {
      SampleFolder jar = engine(SampleProviders.Engine.class)
          .with(RateLimiterEngine.class, SampleProviders.OtherEngine.class);
      see(jar);

      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of(new Constant(), LimiterSpec.of(LIMIT)))
          .withMessageStartingWith("there must be one engine, got ["
              + SampleProviders.Engine.class.getName() + " (" + jar.url() + "), "
              + SampleProviders.OtherEngine.class.getName() + " (" + jar.url() + ")]: ");
    }
  }

  private SampleFolder provider(Class<?> provider) throws IOException {
    return new SampleFolder(folder).with(RateLimiterProvider.class, provider);
  }

  private SampleFolder engine(Class<?> engine) throws IOException {
    return new SampleFolder(folder).with(RateLimiterEngine.class, engine);
  }

  /** Lets this thread find what is in these folders. */
  private void see(SampleFolder... folders) throws IOException {
    if (loader != null) {
      loader.close();
    }
    loader = SampleFolder.loader(folders);
    Thread.currentThread().setContextClassLoader(loader);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertFails(
      ThrowingCallable call, Class<? extends Throwable> cause) {
    return assertThatThrownBy(call)
        .isInstanceOf(IllegalStateException.class)
        .hasCauseInstanceOf(cause);
  }

  /** Admits everything; only an engine would notice. */
  private static final class Constant implements RateAlgorithm {
    @Override
    public long idle(long now) {
      return 0;
    }

    @Override
    public boolean isIdle(long word, long now) {
      return true;
    }

    @Override
    public long step(long word, long now, long permits) {
      return word + 2;
    }

    @Override
    public long giveBack(long word, long taken, long givenBack, long now, long permits) {
      return word;
    }

    @Override
    public long charge(long word, long now, long permits) {
      return word + 2;
    }

    @Override
    public long remaining(long word, long now) {
      return 3;
    }

    @Override
    public long retryAfterNanos(long word, long now, long permits) {
      return 1;
    }

    @Override
    public long burst() {
      return 3;
    }
  }
}
