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
 * A row of the table of policies: which requests it is for, what their clients may, and how that is
 * counted.
 *
 * <pre>
 *   GET   /search   free   10/s, 2000/h
 *   POST  /login    *      5/min   key=account on=status:401,403
 *   *     *.css     *      off      clients are not limited
 *   *     /old/**   *      deny     none may
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
  private final List<RateLimit> rates; // none for off and for deny
  private final boolean isDenied;
  private final PolicyTerms terms;

  private Policy(PolicyScope scope, List<RateLimit> rates, boolean isDenied, PolicyTerms terms) {
    this.scope = scope;
    this.rates = List.copyOf(rates);
    this.isDenied = isDenied;
    this.terms = terms;
  }

  /** A policy by which clients are not limited on a route. */
  public static Policy off(PolicyScope scope) {
    return new Policy(scope, List.of(), false, PolicyTerms.USUAL);
  }

  /**
   * Reads a row: {@code <method> <path> <plan> <limits> [options]}.
   *
   * @throws IllegalArgumentException if it is not a row, or a part of it is not possible
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

  /** Which requests it is for. */
  PolicyScope scope() {
    return scope;
  }

  /** Whether it keeps a limit, and is not a word alone: off or deny. */
  boolean isLimiting() {
    return !rates.isEmpty();
  }

  /** Whether its requests are rejected, whatever comes. */
  boolean isDenied() {
    return isDenied;
  }

  /** The name of its limit. */
  public String name() {
    return terms.name();
  }

  /** What it counts by. */
  public PolicyKey key() {
    return terms.key();
  }

  /** How much its requests mean; null if it does not say. */
  @Nullable
  Criticality criticality() {
    return terms.criticality();
  }

  /** What a request costs, or reserves until the cost is known. */
  public long cost() {
    return terms.cost();
  }

  /** Whether the cost is known at the end of the request only. */
  public boolean isSettled() {
    return terms.isSettled();
  }

  /**
   * What a request has cost.
   *
   * @param status of its response; 0 if the client did not wait for one
   * @param told what the application said; −1 if it said nothing
   */
  public long cost(int status, long told) {
    StatusSet on = terms.on();
    boolean isCharged = on == null || status == 0 || on.contains(status);
    return !isCharged ? 0 : terms.isLater() && told >= 0 ? told : terms.cost();
  }

  /** The status of the answer to a request that its limit rejects. */
  int status() {
    return terms.status();
  }

  /** The limit that it keeps. */
  public Limit limit() {
    return limit(null);
  }

  /** The limit that it keeps, with the store of all limits if there is one. */
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

  /** The same with a name. */
  Policy named(String name) {
    return new Policy(scope, rates, isDenied, terms.named(name));
  }

  /** Whether it is the same row for its clients, whatever it admits now: they keep their debts. */
  boolean countsLike(Policy other) {
    return scope.equals(other.scope) && key().equals(other.key());
  }

  /** Whether it is the same row but for its name. */
  boolean isLike(Policy other) {
    return named("").toString().equals(other.named("").toString());
  }

  /** A name made of the words of its scope: {@code search-free}. */
  String proposedName() {
    List<String> words = new ArrayList<>(scope.route().words());
    words.addAll(scope.plans());
    String name = String.join("-", words)
        .replaceAll("[^A-Za-z0-9_.-]+", "-")
        .replaceAll("^[^A-Za-z0-9]+", "");
    return name.isEmpty() ? "all" : name.substring(0, Math.min(name.length(), LONGEST_NAME));
  }

  /** The row with other rates, as of a limit that was changed. */
  String text(@Nullable Limit now) {
    List<RateLimit> current = now == null ? rates : now.limits();
    String limits = current.isEmpty()
        ? isDenied ? DENY : OFF
        : current.stream().map(RateLimit::toString).collect(Collectors.joining(", "));
    return (scope + " " + limits + " " + terms).strip();
  }

  /** As it is written in a row. */
  @Override
  public String toString() {
    return text(null);
  }
}
