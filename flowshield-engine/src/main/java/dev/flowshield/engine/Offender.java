package dev.flowshield.engine;

import dev.flowshield.engine.penalty.Penalties;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A client that is blocked, or was and has not kept clean for long enough. For operators: {@link Penalty}.
 *
 * @param client stands for the client's key, 16 hex digits; the same as long as the shield lives, another with the next. The key cannot be
 *     told from it, but it is not for the eyes of clients
 * @param blockedFor how long it is still blocked; zero if it is not
 * @param level how many blocks still count against it, at least 1
 */
public record Offender(String client, Duration blockedFor, int level) {

  /** All of them, those blocked for longest first. */
  static List<Offender> all(Penalties penalties, long now) {
    return Arrays.stream(penalties.offenders(now))
        .mapToObj(hash -> new Offender(
            ClientName.id(hash),
            Duration.ofNanos(penalties.blockedForNanos(hash, now)),
            Math.max(1, penalties.level(hash, now)))) // pardoned in between: it was one
        .sorted(Comparator.comparing(Offender::blockedFor)
            .thenComparing(Offender::level)
            .reversed())
        .toList();
  }
}
