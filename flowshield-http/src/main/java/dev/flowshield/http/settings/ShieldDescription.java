package dev.flowshield.http.settings;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.Penalty;
import dev.flowshield.http.charge.RequestClassifier;
import dev.flowshield.http.policy.PolicyTable;
import dev.flowshield.http.route.HealthPaths;
import dev.flowshield.http.stream.StreamCaps;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** Describes a shield in one line for its owner. A pure function of its settings. */
public final class ShieldDescription {

  /** The line of a shield that is not enabled. */
  public static final String OFF =
      "FlowShield: off, so nothing is limited, counted or denied (enabled=off)";

  private static final String TOKEN_BUCKET = "token-bucket";

  private ShieldDescription() {}

  /**
   * Returns the line.
   *
   * @param limits as they are now
   * @param inFlight the most requests in flight; {@link Integer#MAX_VALUE} if there is no cap, 0 if
   *     it is found
   * @param streamCaps the most streams that may be open
   */
  public static String of(
      List<Limit> limits,
      int inFlight,
      StreamCaps streamCaps,
      int overloadStatus,
      RequestClassifier charging,
      HealthPaths healthPaths) {
    StringJoiner line = new StringJoiner("; ", "FlowShield: ", "");
    PolicyTable policies = charging.policies();
    limits.stream()
        .filter(limit -> policies.key(limit.name()) == null)
        .forEach(limit -> line.add(of(limit)));
    if (inFlight != Integer.MAX_VALUE) {
      String most = inFlight == 0
          ? "as many requests in flight as the server can work at"
          : "at most " + plain(inFlight) + " requests in flight";
      line.add(most + ", else " + overloadStatus);
    }
    addStreams(line, streamCaps);
    String clients = charging.client().toString();
    if (!clients.isEmpty()) {
      line.add(clients);
    }
    String lists = charging.lists().toString();
    if (!lists.isEmpty()) {
      line.add(lists);
    }
    if (policies.size() > 0) {
      line.add("policies: " + String.join(" | ", policies.texts(limits)));
    }
    return line.add("left alone: " + healthPaths).toString();
  }

  private static void addStreams(StringJoiner line, StreamCaps caps) {
    boolean hasTogether = caps.together() != StreamCaps.NONE;
    boolean hasEach = caps.each() != StreamCaps.NONE;
    String together = plain(caps.together()) + " open streams";
    if (hasTogether && hasEach) {
      line.add("at most " + together + ", " + plain(caps.each()) + " of each client");
    } else if (hasTogether) {
      line.add("at most " + together);
    } else if (hasEach) {
      line.add("at most " + plain(caps.each()) + " open streams of each client");
    }
  }

  private static String of(Limit limit) {
    boolean isEach = limit.scope() == Scope.EACH;
    // Another limiter may treat a burst otherwise.
    boolean isTokenBucket = limit.limiter().equals(TOKEN_BUCKET);
    boolean isKnown = isTokenBucket || limit.store().isPresent();
    return name(limit)
        + limit.limits().stream()
            .map(rate -> rate + (isKnown ? worstCase(rate, limit.worstCase(rate)) : ""))
            .collect(Collectors.joining(", "))
        + (isTokenBucket ? "" : " by " + limit.limiter())
        + (isEach && limit.store().isEmpty()
            ? ", up to " + plain(limit.maxKeys()) + " clients told apart"
            : "")
        + limit.penalty().map(ShieldDescription::of).orElse("")
        + (limit.isShadow() ? ", only counted" : "");
  }

  private static String name(Limit limit) {
    String whom = limit.scope() == Scope.EACH ? "each client " : "everyone together ";
    boolean isUsual =
        limit.name().equals(Limit.EVERYONE) || limit.name().equals(RequestClassifier.CLIENT);
    return isUsual ? whom : limit.name() + ": " + whom;
  }

  private static String of(Penalty penalty) {
    return ", blocked for " + plain(penalty.firstBlock()) + " after " + plain(penalty.breaches())
        + " rejections in " + plain(penalty.within());
  }

  private static String worstCase(RateLimit limit, long most) {
    String rate = RateLimit.of(limit.permits(), limit.period()).toString();
    String period = rate.substring(rate.indexOf('/') + 1);
    String span = Character.isDigit(period.charAt(0)) ? period : "1" + period;
    return " (at most " + plain(most) + " in any " + span + ")";
  }

  /** Returns a duration in the units of a limit, such as 5min. */
  private static String plain(Duration duration) {
    String rate = RateLimit.of(1, duration).toString();
    String period = rate.substring(rate.indexOf('/') + 1);
    int burst = period.indexOf(' ');
    String plain = burst < 0 ? period : period.substring(0, burst);
    return Character.isDigit(plain.charAt(0)) ? plain : "1" + plain;
  }

  private static String plain(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
