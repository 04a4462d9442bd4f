package dev.flowshield.http.policy;

import dev.flowshield.Criticality;
import dev.flowshield.LimitStore;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.policy.PolicyKey.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of policies: the requests that it matches, the limits of their clients, and
 * the way to count.
 *
 * <pre>
 *   GET   /search   free   10/s, 2000/h
 *   POST  /login    *      5/min   key=account on=status:401,403
 *   *     *.css     *      off      clients are not limited
 *   *     /old/**   *      deny     all requests are rejected
 * </pre>
 *
 * <p>Immutable.
 */
public final class Policy {

  private static final String OFF = "off";
  private static final String DENY = "deny";
  private static final String CLASS = "class=";
  private static final int SCOPE_WORDS = 3;
  private static final int LONGEST_NAME = 48;

  private final PolicyScope scope;
  private final List<RateLimit> rates; // empty for off and for deny
  private final boolean isDenied;
  private final PolicyTerms terms;

  private Policy(PolicyScope scope, List<RateLimit> rates, boolean isDenied, PolicyTerms terms) {
    this.scope = scope;
    this.rates = List.copyOf(rates);
    this.isDenied = isDenied;
    this.terms = terms;
  }

  /** Returns a policy that exempts clients from limits on a route. */
  public static Policy off(PolicyScope scope) {
    return new Policy(scope, List.of(), false, PolicyTerms.USUAL);
  }

  /**
   * Parses a row: {@code <method> <path> <plan> <limits> [options]}.
   *
   * @throws IllegalArgumentException if the text is not a row, or a part of it is not possible
   */
  public static Policy parse(String row) {
    List<String> words = Arrays.asList(row.strip().split("\\s+"));
    if (words.size() <= SCOPE_WORDS) {
      throw new IllegalArgumentException(
          "row must be <method> <path> <plan> <limits>, as in 'GET /search free 10/s', got '" + row
              + "': write * for each method, and * where the plan does not matter");
    }
    if (words.get(0).startsWith("/")) {
      throw new IllegalArgumentException("row must have the method before the path, got '" + row
          + "': write '" + words.get(1) + " " + words.get(0) + "', or * for each method");
    }
    List<String> limits = new ArrayList<>();
    List<String> options = new ArrayList<>();
    for (String word : words.subList(SCOPE_WORDS, words.size())) {
      boolean isOption = !options.isEmpty() || word.indexOf('=') >= 0 || word.equals("shadow");
      (isOption ? options : limits).add(word);
    }
    PolicyScope scope = PolicyScope.parse(words.get(0), words.get(1), words.get(2));
    String text = String.join(" ", limits);
    if (text.equals(OFF) || text.equals(DENY)) {
      boolean isOff = text.equals(OFF);
      if (!options.stream().allMatch(option -> isOff && option.startsWith(CLASS))) {
        throw new IllegalArgumentException("row must have no options"
            + (isOff ? " but class=" : "") + " where the limit is " + text + ", got " + options
            + ": remove them, or set a limit");
      }
      return new Policy(scope, List.of(), !isOff, PolicyTerms.parse(options));
    }
    return new Policy(scope, RateLimit.parseAll(text), false, PolicyTerms.parse(options)).checked();
  }

  private Policy checked() {
    for (RateLimit rate : rates) {
      if (terms.cost() > rate.burst() && !terms.isShadow()) {
        throw new IllegalArgumentException("cost must be at most the burst, got " + terms.cost()
            + " where the limit is " + rate + ": no request could ever pass, so raise the limit or"
            + " its burst");
      }
    }
    if (!name().isEmpty()) {
      limit(); // knows which names are possible
    }
    return this;
  }

  /** Returns the requests that the row matches. */
  PolicyScope scope() {
    return scope;
  }

  /** Returns whether the row has a limit, and is neither off nor deny. */
  boolean isLimiting() {
    return !rates.isEmpty();
  }

  /** Returns whether all requests of the row are rejected. */
  boolean isDenied() {
    return isDenied;
  }

  /** Returns the name of the limit. */
  public String name() {
    return terms.name();
  }

  /** Returns the key that the limit counts by. */
  public PolicyKey key() {
    return terms.key();
  }

  /** Returns the criticality of the requests; null if the row states none. */
  @Nullable
  Criticality criticality() {
    return terms.criticality();
  }

  /** Returns the cost of a request, or the estimate until the cost is known. */
  public long cost() {
    return terms.cost();
  }

  /** Returns whether the cost is unknown until the end of the request. */
  public boolean isSettled() {
    return terms.isSettled();
  }

  /**
   * Returns the real cost of a request.
   *
   * @param status the status of the response; 0 if the client did not wait for one
   * @param reported the cost that the application has reported; −1 if it has not
   */
  public long cost(int status, long reported) {
    StatusSet on = terms.on();
    boolean isCharged = on == null || status == 0 || on.contains(status);
    return !isCharged ? 0 : terms.isLater() && reported >= 0 ? reported : terms.cost();
  }

  /** Returns the status of the response to a request that the limit rejects. */
  int status() {
    return terms.status();
  }

  /** Returns the limit of the row. */
  public Limit limit() {
    return limit(null);
  }

  /** Returns the limit of the row, in the store of all limits if there is one. */
  public Limit limit(@Nullable LimitStore store) {
    Limit plain = terms.key().kind() == Kind.EVERYONE
        ? Limit.together(name(), rates)
        : Limit.each(name(), rates);
    Limit limit = terms.kept().of(plain, store);
    if (terms.penalty() != null) {
      limit = limit.withPenalty(terms.penalty());
    }
    return terms.isShadow() ? limit.shadow() : limit;
  }

  /** Returns this row with a name. */
  Policy named(String name) {
    return new Policy(scope, rates, isDenied, terms.named(name));
  }

  /** Returns whether clients keep their debts if this row replaces another one. */
  boolean countsLike(Policy other) {
    return scope.equals(other.scope) && key().equals(other.key());
  }

  /** Returns whether the limit of another row is kept in the same way. */
  public boolean isStoredLike(Policy other) {
    return terms.kept().equals(other.terms.kept());
  }

  /** Returns whether this row equals another one except for the name. */
  boolean isLike(Policy other) {
    return named("").toString().equals(other.named("").toString());
  }

  /** Returns a name made of the words of the scope: {@code search-free}. */
  String proposedName() {
    List<String> words = new ArrayList<>(scope.route().words());
    words.addAll(scope.plans());
    String name = String.join("-", words)
        .replaceAll("[^A-Za-z0-9_.-]+", "-")
        .replaceAll("^[^A-Za-z0-9]+", "");
    return name.isEmpty() ? "all" : name.substring(0, Math.min(name.length(), LONGEST_NAME));
  }

  /** Returns the text of the row with the current rates of its limit. */
  String text(@Nullable Limit now) {
    List<RateLimit> current = now == null ? rates : now.limits();
    String limits = current.isEmpty()
        ? isDenied ? DENY : OFF
        : current.stream().map(RateLimit::toString).collect(Collectors.joining(", "));
    return (scope + " " + limits + " " + terms).strip();
  }

  /** Returns the text of the row. */
  @Override
  public String toString() {
    return text(null);
  }
}
