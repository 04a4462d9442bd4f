/**
 * Routes: methods and a pattern of paths. {@link dev.flowshield.http.route.Route} is the place to
 * start. All spellings that a server may take for one path are one path. Nothing here knows a
 * request, a client or a limit.
 */
@NullMarked
package dev.flowshield.http.route;

import org.jspecify.annotations.NullMarked;
