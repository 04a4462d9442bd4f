/**
 * The values that a shield and its users exchange: the decision on a request, the response to a
 * rejection, and how an application changes that response.
 */
@NullMarked
package dev.flowshield.http.exchange;

import org.jspecify.annotations.NullMarked;
