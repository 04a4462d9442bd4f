/**
 * The responses to rejected clients: the kind of body that the Accept header prefers, the body, and
 * the headers with the status of the limit. The page for people is the resource {@code busy.html}.
 * No body holds text of a request.
 */
@NullMarked
package dev.flowshield.http.answer;

import org.jspecify.annotations.NullMarked;
