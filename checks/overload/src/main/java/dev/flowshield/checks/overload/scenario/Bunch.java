package dev.flowshield.checks.overload.scenario;

/**
 * Requests that are sent at one instant, or within a short time.
 *
 * @param at the start in nanoseconds
 * @param over the nanoseconds over which they are spread evenly; 0 for one instant
 * @param route the index of their route
 * @param requests the number of requests
 * @param isOfOneClient true if one client sends them all
 */
public record Bunch(long at, long over, int route, int requests, boolean isOfOneClient) {}
