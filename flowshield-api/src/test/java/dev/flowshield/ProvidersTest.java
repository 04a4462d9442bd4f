package dev.flowshield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.flowshield.samples.SampleAlgorithm;
import dev.flowshield.samples.SampleFolder;
import dev.flowshield.samples.SampleProviders;
import dev.flowshield.spi.RateLimiterEngine;
import dev.flowshield.spi.RateLimiterProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of the search for providers. No engine is available, because the API does not depend on it,
 * not even in tests.
 */
@Tag("classpath")
class ProvidersTest {

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
  class WithoutAnEngine {

    @Test
    void theDefaultLimiterSaysWhatToAdd() {
      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of("100/s"))
          .withMessage("limiter 'token-bucket' needs a provider, but no provider was found:"
              + " add dev.flowshield:flowshield-engine to the class path or module path"
              + " (flowshield-bom has the version), or the module dev.flowshield.engine to"
              + " the image of jlink");
    }

    @Test
    void anAlgorithmSaysWhatToAdd() {
      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of(new SampleAlgorithm(), LimiterSpec.of(LIMIT)))
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
      seen.see(provider(SampleProviders.Generous.class));

      assertThat(RateLimiter.of("generous", LIMIT).decide("alice", 30))
          .isEqualTo(new Decision.Admitted(70));
    }
  }

  @Nested
  class AProviderThatIsFound {

    @Test
    void isGivenTheSpec() throws IOException {
      seen.see(provider(SampleProviders.Generous.class));

      LimiterSpec spec = LimiterSpec.of(LIMIT.withBurst(7)).withOption("zone", "UTC");

      assertThat(RateLimiter.of("generous", spec).decide()).isEqualTo(new Decision.Admitted(6));
    }

    @Test
    void rejectsWhatItCannotKeepInItsOwnWords() throws IOException {
      seen.see(provider(SampleProviders.Generous.class));

      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> RateLimiter.of("generous", LimiterSpec.of(LIMIT).withOption("zoen", "UTC")))
          .withMessage("options must be among [zone], got [zoen]:"
              + " correct the spelling or leave them out");
    }

    @Test
    void mayHaveDigitsInItsName() throws IOException {
      seen.see(provider(SampleProviders.Digits.class));

      assertThat(RateLimiter.of("gcra2-v3", LIMIT).tryAcquire()).isTrue();
    }

    @Test
    void isLookedForAnewEachTime() throws IOException {
      seen.see(provider(SampleProviders.Generous.class));
      RateLimiter.of("generous", LIMIT);
      seen.see(new SampleFolder(otherFolder)
          .with(RateLimiterProvider.class, SampleProviders.Modest.class));

      assertThat(RateLimiter.of("modest", LIMIT).tryAcquire()).isTrue();
      assertThatIllegalArgumentException().isThrownBy(() -> RateLimiter.of("generous", LIMIT));
    }

    /**
     * Simulates a container: one class loader loads the library, and a child class loader loads the
     * application.
     */
    @Test
    void countsOnceWhereTheThreadAndTheApiBothSeeIt() throws Exception {
      URL api = RateLimiter.class.getProtectionDomain().getCodeSource().getLocation();
      URL provided = provider(SampleProviders.Generous.class).url();
      try (URLClassLoader library = new URLClassLoader(new URL[] {api, provided}, null);
          URLClassLoader application = new URLClassLoader(new URL[0], library)) {
        Class<?> limit = library.loadClass(RateLimit.class.getName());
        Class<?> limiter = library.loadClass(RateLimiter.class.getName());
        Object aHundred = limit.getMethod("parse", String.class).invoke(null, "100/s");
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
      seen.see(new SampleFolder(folder)
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
      seen.see(one, other);

      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of("twin", LIMIT))
          .withMessage("limiter names must be unique, got 'twin' twice, from "
              + SampleProviders.OneTwin.class.getName() + " (" + one.url() + ") and from "
              + SampleProviders.OtherTwin.class.getName() + " (" + other.url()
              + "): rename one of them or remove its jar");
    }

    @Test
    void areNoMatterToWhoeverAsksForAnotherName() throws IOException {
      seen.see(new SampleFolder(folder)
          .with(RateLimiterProvider.class, SampleProviders.OneTwin.class)
          .with(RateLimiterProvider.class, SampleProviders.OtherTwin.class)
          .with(RateLimiterProvider.class, SampleProviders.Generous.class));

      assertThat(RateLimiter.of("generous", LIMIT).tryAcquire("alice")).isTrue();
    }
  }

  @Nested
  class AnEngine {

    @Test
    void runsAnAlgorithm() throws IOException {
      seen.see(engine(SampleProviders.Engine.class));

      assertThat(RateLimiter.of(new SampleAlgorithm(), LimiterSpec.of(LIMIT)).decide())
          .isEqualTo(new Decision.Admitted(3));
    }

    @Test
    void thereMayBeOnlyOneOf() throws IOException {
      SampleFolder jar = engine(SampleProviders.Engine.class)
          .with(RateLimiterEngine.class, SampleProviders.OtherEngine.class);
      seen.see(jar);

      assertThatIllegalStateException()
          .isThrownBy(() -> RateLimiter.of(new SampleAlgorithm(), LimiterSpec.of(LIMIT)))
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
}
