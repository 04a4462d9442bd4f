/** The charges of requests: which limits, by which keys, at which cost. */
@NullMarked
package dev.flowshield.http.charge;

import org.jspecify.annotations.NullMarked;
