/**
 * What requests of one route and one plan are charged, as rows of a table.
 * {@link dev.flowshield.http.policy.Policy} is a row, and the place to start;
 * {@link dev.flowshield.http.policy.PolicyTable} finds those of a request. Nothing here knows a
 * request, or where a key comes from.
 */
@NullMarked
package dev.flowshield.http.policy;

import org.jspecify.annotations.NullMarked;
