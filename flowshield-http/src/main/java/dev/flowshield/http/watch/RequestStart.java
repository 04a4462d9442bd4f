package dev.flowshield.http.watch;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.client.TrustedHeader;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long requests have waited since a trusted proxy forwarded them. The proxy writes the
 * time into a header: in seconds with a fraction as nginx does, in milliseconds, or in
 * microseconds, each with or without a leading {@code t=}.
 *
 * <pre>
 *   age    = now - time in the header
 *   waited = age - least age of the last ten to twenty minutes
 * </pre>
 *
 * <p>The least age is the time of the transport and the difference between the clocks of both
 * machines. Therefore a queue that is never empty for that long is not seen. An age above one
 * minute is ignored.
 *
 * <p>Samples at most fifty requests a second, and at most a thousand while requests wait.
 * Thread-safe; never blocks.
 */
public final class RequestStart {

  static final int INTERVAL_MILLIS = 20;

  private static final long WAIT_NANOS = 3_000_000; // a thread begins within this time

  private static final Pattern TIME =
      Pattern.compile("(?:t=)?(?:(\\d{10})(?:\\.(\\d{1,6}))?|(\\d{13})|(\\d{16}))");
  private static final int MOST_CHARACTERS = 32;
  private static final int DIGITS_OF_MICROS = 6;
  private static final long MOST_MICROS = 60_000_000;
  private static final long GENERATION_MICROS = 600_000_000;

  private final TrustedHeader header;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock(); // guards the fields below, except reads
  private volatile long lookedAtMillis;
  private volatile int intervalMillis;
  private long generationSince;
  private long least = MOST_MICROS; // of this generation
  private long leastBefore = MOST_MICROS; // of the one before

  public RequestStart(TrustedHeader header, InstantSource clock) {
    this.header = header;
    this.clock = clock;
  }

  /** Samples a request if the interval is over, and reports its wait to the engine. */
  public void look(RequestView request, FlowShield engine) {
    long now = clock.millis();
    if (Math.abs(now - lookedAtMillis) >= intervalMillis
        && engine.isInFlightAuto()
        && lock.tryLock()) {
      try {
        lookedAtMillis = now;
        take(request, engine);
      } finally {
        lock.unlock();
      }
    }
  }

  private void take(RequestView request, FlowShield engine) {
    String value = header.value(request);
    if (value == null) {
      return;
    }
    long now = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    long age = now - micros(value);
    if (Math.abs(age) <= MOST_MICROS) {
      long waitedNanos = 1000 * (age - leastWith(age, now));
      intervalMillis = waitedNanos >= WAIT_NANOS ? 1 : INTERVAL_MILLIS;
      engine.reportQueueDelay(waitedNanos);
    }
  }

  private long leastWith(long age, long now) {
    if (now - generationSince >= GENERATION_MICROS) {
      generationSince = now;
      leastBefore = least;
      least = age;
    }
    least = Math.min(least, age);
    return Math.min(least, leastBefore);
  }

  /** Returns the time since 1970; 0 if the text is not a time. */
  private static long micros(String text) {
    Matcher time = TIME.matcher(text.strip());
    if (text.length() > MOST_CHARACTERS || !time.matches()) {
      return 0;
    }
    @Nullable String millis = time.group(3);
    @Nullable String micros = time.group(4);
    if (millis != null) {
      return 1000 * Long.parseLong(millis);
    }
    return micros == null ? ofSeconds(time.group(1), time.group(2)) : Long.parseLong(micros);
  }

  private static long ofSeconds(String seconds, @Nullable String fraction) {
    String digits = fraction == null ? "" : fraction;
    return Long.parseLong(seconds + digits + "0".repeat(DIGITS_OF_MICROS - digits.length()));
  }
}
