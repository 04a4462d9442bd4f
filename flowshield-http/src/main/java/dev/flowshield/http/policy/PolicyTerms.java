package dev.flowshield.http.policy;

import dev.flowshield.Criticality;
import dev.flowshield.engine.Penalty;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The options of a policy.
 *
 * @param name the name; empty for a name made of the scope
 * @param key the key to count by
 * @param cost the cost of a request, or the estimate until the cost is reported
 * @param isLater whether the application reports the cost
 * @param on the statuses that are charged; null for all responses
 * @param isShadow whether the policy counts without rejecting
 * @param penalty the penalty for repeated rejections, or null
 * @param status the status of the response to a rejected request
 * @param criticality the criticality of the requests; null if the row states none
 * @param kept the storage of the limit
 */
record PolicyTerms(
    String name,
    PolicyKey key,
    long cost,
    boolean isLater,
    @Nullable StatusSet on,
    boolean isShadow,
    @Nullable Penalty penalty,
    int status,
    @Nullable Criticality criticality,
    Storage kept) {

  /** Too Many Requests. */
  static final int USUAL_STATUS = 429;

  private static final Pattern STATUS = Pattern.compile("[45][0-9]{2}");
  private static final String LATER = "later";

  /** The options of a row without options. */
  static final PolicyTerms USUAL = new PolicyTerms(
      "", PolicyKey.ADDRESS, 1, false, null, false, null, USUAL_STATUS, null, Storage.USUAL);

  /** Parses the words after the limits. */
  static PolicyTerms parse(List<String> words) {
    PolicyTerms terms = USUAL;
    Set<String> seen = new HashSet<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      String option = equals < 0 ? word : word.substring(0, equals);
      if (!seen.add(option)) {
        throw new IllegalArgumentException(
            "row must say each option once, got '" + option + "' twice: keep one of them");
      }
      terms = equals < 0 ? terms.with(word) : terms.with(option, word.substring(equals + 1));
    }
    return terms;
  }

  private PolicyTerms with(String word) {
    if (!word.equals("shadow")) {
      throw unknown(word);
    }
    return new PolicyTerms(name, key, cost, isLater, on, true, penalty, status, criticality, kept);
  }

  private PolicyTerms with(String option, String value) {
    return switch (option) {
      case "name" -> named(value);
      case "key" -> with(PolicyKey.parse(value));
      case "cost" -> {
        boolean later = value.equals(LATER) || value.startsWith(LATER + ":");
        String number =
            later ? value.equals(LATER) ? "1" : value.substring(LATER.length() + 1) : value;
        yield costing(permits(value, number), later);
      }
      case "on" -> on(StatusSet.parse(value));
      case "penalty" -> with(PenaltyText.parse(value));
      case "status" -> answering(status(value));
      case "class" -> meaning(criticality(value));
      case "store" -> keptBy(kept.inStore(value));
      case "on-store-failure" -> keptBy(kept.onFailure(value));
      case "lease" -> keptBy(kept.leased(value));
      default -> throw unknown(option);
    };
  }

  /** Returns these options with a name. */
  PolicyTerms named(String other) {
    return new PolicyTerms(
        other, key, cost, isLater, on, isShadow, penalty, status, criticality, kept);
  }

  private PolicyTerms with(PolicyKey other) {
    return new PolicyTerms(
        name, other, cost, isLater, on, isShadow, penalty, status, criticality, kept);
  }

  private PolicyTerms costing(long permits, boolean later) {
    return new PolicyTerms(
        name, key, permits, later, on, isShadow, penalty, status, criticality, kept);
  }

  private PolicyTerms on(StatusSet those) {
    return new PolicyTerms(
        name, key, cost, isLater, those, isShadow, penalty, status, criticality, kept);
  }

  private PolicyTerms with(Penalty other) {
    return new PolicyTerms(
        name, key, cost, isLater, on, isShadow, other, status, criticality, kept);
  }

  private PolicyTerms answering(int other) {
    return new PolicyTerms(
        name, key, cost, isLater, on, isShadow, penalty, other, criticality, kept);
  }

  private PolicyTerms meaning(Criticality other) {
    return new PolicyTerms(name, key, cost, isLater, on, isShadow, penalty, status, other, kept);
  }

  private PolicyTerms keptBy(Storage other) {
    return new PolicyTerms(
        name, key, cost, isLater, on, isShadow, penalty, status, criticality, other);
  }

  private static Criticality criticality(String value) {
    Criticality parsed = Criticalities.parse(value);
    if (parsed == null) {
      throw new IllegalArgumentException("class must be one of critical, default, sheddable, got '"
          + value + "': leave it out for default, or write one of these");
    }
    return parsed;
  }

  private static int status(String value) {
    if (!STATUS.matcher(value).matches()) {
      throw new IllegalArgumentException("status must be 400 to 599, got '" + value
          + "': leave it out for " + USUAL_STATUS + ", or write one such as 503");
    }
    return Integer.parseInt(value);
  }

  private static long permits(String value, String number) {
    boolean isNumber = !number.isEmpty()
        && number.length() <= 18
        && number.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!isNumber || Long.parseLong(number) == 0) {
      throw new IllegalArgumentException("cost must be as in '5', 'later' or 'later:50', got '"
          + value + "': say how many permits a request takes, or reserves until it tells");
    }
    return Long.parseLong(number);
  }

  private static IllegalArgumentException unknown(String word) {
    return new IllegalArgumentException(
        "row must have options among [name=, key=, cost=, on=status:,"
            + " penalty=, status=, class=, store=, on-store-failure=, lease=, shadow], got '"
            + word + "': correct or remove it");
  }

  /** Returns whether the cost of a request is unknown until its end. */
  boolean isSettled() {
    return isLater || on != null;
  }

  /** Returns the text of the options that a row states. */
  @Override
  public String toString() {
    StringJoiner words = new StringJoiner(" ");
    if (!name.isEmpty()) {
      words.add("name=" + name);
    }
    if (!key.equals(PolicyKey.ADDRESS)) {
      words.add("key=" + key);
    }
    if (isLater) {
      words.add("cost=" + LATER + (cost == 1 ? "" : ":" + cost));
    } else if (cost != 1) {
      words.add("cost=" + cost);
    }
    if (on != null) {
      words.add("on=" + on);
    }
    if (penalty != null) {
      words.add("penalty=" + PenaltyText.of(penalty));
    }
    if (status != USUAL_STATUS) {
      words.add("status=" + status);
    }
    if (criticality != null) {
      words.add("class=" + Criticalities.text(criticality));
    }
    kept.addTo(words);
    if (isShadow) {
      words.add("shadow");
    }
    return words.toString();
  }
}
