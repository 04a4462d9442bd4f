package dev.flowshield.samples;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.spi.RateAlgorithm;
import dev.flowshield.spi.RateLimiterEngine;
import dev.flowshield.spi.RateLimiterProvider;

/** Providers as written by users, valid and invalid. */
public final class SampleProviders {

  private static final RateLimiter GENEROUS = (key, permits) -> new Decision.Admitted(permits);

  private SampleProviders() {}

  public static final class Generous implements RateLimiterProvider {
    @Override
    public String name() {
      return "generous";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      spec.requireOptionsIn("zone");
      return (key, permits) -> new Decision.Admitted(spec.limit().burst() - permits);
    }
  }

  public static final class Modest implements RateLimiterProvider {
    @Override
    public String name() {
      return "modest";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      return GENEROUS;
    }
  }

  public static final class OneTwin implements RateLimiterProvider {
    @Override
    public String name() {
      return "twin";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      return GENEROUS;
    }
  }

  public static final class OtherTwin implements RateLimiterProvider {
    @Override
    public String name() {
      return "twin";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      return GENEROUS;
    }
  }

  public static final class Nameless implements RateLimiterProvider {
    @Override
    public String name() {
      return null;
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      return GENEROUS;
    }
  }

  public static final class FailsToTellItsName implements RateLimiterProvider {
    @Override
    public String name() {
      throw new UnsupportedOperationException("which name?");
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      return GENEROUS;
    }
  }

  public static final class Capital implements RateLimiterProvider {
    @Override
    public String name() {
      return "My-Limiter";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      return GENEROUS;
    }
  }

  public static final class Spaced implements RateLimiterProvider {
    @Override
    public String name() {
      return "my limiter";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      return GENEROUS;
    }
  }

  public static final class Unnamed implements RateLimiterProvider {
    @Override
    public String name() {
      return "";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      return GENEROUS;
    }
  }

  public static final class Digits implements RateLimiterProvider {
    @Override
    public String name() {
      return "gcra2-v3";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      return GENEROUS;
    }
  }

  public static final class FailsToCreate implements RateLimiterProvider {
    @Override
    public String name() {
      return "fails";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      throw new IllegalStateException("no connection");
    }
  }

  public static final class CreatesNothing implements RateLimiterProvider {
    @Override
    public String name() {
      return "nothing";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      return null;
    }
  }

  public static final class FailsToStart implements RateLimiterProvider {
    public FailsToStart() {
      throw new IllegalStateException("no disk");
    }

    @Override
    public String name() {
      return "never";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      return GENEROUS;
    }
  }

  public static final class NoProvider {}

  /** A base class of a provider in a missing jar. */
  public abstract static class InAnotherJar implements RateLimiterProvider {
    @Override
    public RateLimiter create(LimiterSpec spec) {
      return GENEROUS;
    }
  }

  public static final class NeedsAnotherJar extends InAnotherJar {
    @Override
    public String name() {
      return "needy";
    }
  }

  public static final class Engine implements RateLimiterEngine {
    @Override
    public RateLimiter limiter(RateAlgorithm algorithm, LimiterSpec spec) {
      return (key, permits) -> new Decision.Admitted(algorithm.burst());
    }
  }

  public static final class OtherEngine implements RateLimiterEngine {
    @Override
    public RateLimiter limiter(RateAlgorithm algorithm, LimiterSpec spec) {
      return GENEROUS;
    }
  }
}
