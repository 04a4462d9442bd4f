package dev.flowshield.checks.overload.scenario;

/**
 * Requests that are sent all at once.
 *
 * @param at nanoseconds
 * @param route index of their route
 * @param isOfOneClient whether one client sends them all
 */
public record Bunch(long at, int route, int requests, boolean isOfOneClient) {}
