package dev.flowshield.checks.overload.scenario;

/**
 * Requests that are sent at one instant, or within a short time.
 *
 * @param at nanoseconds
 * @param over how many nanoseconds they are spread evenly; 0 for one instant
 * @param route the index of their route
 * @param requests how many are sent
 * @param isOfOneClient true if one client sends them all
 */
public record Bunch(long at, long over, int route, int requests, boolean isOfOneClient) {}
