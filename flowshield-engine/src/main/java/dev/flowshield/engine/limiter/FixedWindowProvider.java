package dev.flowshield.engine.limiter;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.rate.FixedWindow;
import dev.flowshield.spi.RateLimiterProvider;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Creates limiters of calendar quotas, by the name {@code fixed-window}.
 *
 * <p>Reads the wall clock of the spec once. The option {@code utc-offset}, such as {@code +02:00},
 * says whose midnight the windows are aligned to; without it, that of UTC.
 */
public final class FixedWindowProvider implements RateLimiterProvider {

  private static final String UTC_OFFSET = "utc-offset";

  @Override
  public String name() {
    return "fixed-window";
  }

  @Override
  public RateLimiter create(LimiterSpec spec) {
    ZoneOffset offset = offset(spec.requireOptionsIn(Arguments.START, UTC_OFFSET));
    OffsetDateTime wallClock = spec.instantSource().instant().atOffset(offset);
    long now = spec.ticker().nanos();
    return new KeyedLimiter(limit -> new FixedWindow(limit, wallClock, now), spec);
  }

  private static ZoneOffset offset(LimiterSpec spec) {
    String text = spec.options().getOrDefault(UTC_OFFSET, "Z");
    try {
      return ZoneOffset.of(text);
    } catch (DateTimeException malformed) {
      throw new IllegalArgumentException(
          UTC_OFFSET + " must be Z or as '+02:00', at most 18 hours, got '" + text
              + (ZoneId.getAvailableZoneIds().contains(text)
                  ? "': say the offset itself, as that of a region may change with the seasons"
                  : "': say how far the clock whose days you mean is ahead of UTC"),
          malformed);
    }
  }
}
