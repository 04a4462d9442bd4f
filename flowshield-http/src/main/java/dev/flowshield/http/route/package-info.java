/**
 * Which requests a rule is for: methods and a pattern of paths.
 * {@link dev.flowshield.http.route.Route} is the place to start. Spellings of a path that a server
 * may take for the same one are one path here. Nothing here knows a request, a client or a limit.
 */
@NullMarked
package dev.flowshield.http.route;

import org.jspecify.annotations.NullMarked;
