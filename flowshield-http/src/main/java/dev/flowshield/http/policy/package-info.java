/**
 * Policies: the charges of a route and a plan, as rows of a table.
 * {@link dev.flowshield.http.policy.Policy} is a row, and the place to start;
 * {@link dev.flowshield.http.policy.PolicyTable} finds the rows of a request. Nothing here knows a
 * request, or the source of a key.
 */
@NullMarked
package dev.flowshield.http.policy;

import org.jspecify.annotations.NullMarked;
