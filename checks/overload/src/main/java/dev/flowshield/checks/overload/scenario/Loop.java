package dev.flowshield.checks.overload.scenario;

/**
 * Requests that are kept open: when one has ended, its client sends the next, as in long polling.
 * How long each takes is the wait of its route.
 *
 * @param route index of the route
 * @param requests how many are kept open
 * @param isOfOneClient whether one client keeps them all
 * @param span when they are sent; those that are open at the end still end
 * @param spreadNanos over how much time the first ones are spread
 * @param thinkNanos from an answer to the next request
 * @param returnNanos from a rejection to the next request
 */
public record Loop(
    int route,
    int requests,
    boolean isOfOneClient,
    Span span,
    long spreadNanos,
    long thinkNanos,
    long returnNanos) {}
