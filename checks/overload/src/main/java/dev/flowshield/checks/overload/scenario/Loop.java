package dev.flowshield.checks.overload.scenario;

/**
 * A number of requests that are kept open: when one has ended, its client sends the next, as in
 * long polling. Each takes the time of the backend of its route.
 *
 * @param route the index of the route
 * @param requests the number of requests kept open
 * @param isOfOneClient true if one client keeps them all
 * @param span the time in which requests are sent
 * @param spreadNanos the time over which the first requests are spread
 * @param thinkNanos the time from a response to the next request
 * @param returnNanos the time from a rejection to the next request
 */
public record Loop(
    int route,
    int requests,
    boolean isOfOneClient,
    Span span,
    long spreadNanos,
    long thinkNanos,
    long returnNanos) {}
