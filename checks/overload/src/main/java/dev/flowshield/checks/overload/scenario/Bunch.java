package dev.flowshield.checks.overload.scenario;

/**
 * Requests that are all sent at one instant.
 *
 * @param at nanoseconds
 * @param route the index of their route
 * @param requests how many are sent
 * @param isOfOneClient true if one client sends them all
 */
public record Bunch(long at, int route, int requests, boolean isOfOneClient) {}
