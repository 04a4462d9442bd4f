/**
 * What is said to a rejected client: the kind of body that its Accept header asks for, the body, and
 * the headers that tell how its limit stands. {@link dev.flowshield.http.answer.Bodies} is the place
 * to start; the page for people is the resource {@code busy.html}, next to it. Nothing here knows a
 * request or a shield, and no body holds anything that a request has sent.
 */
@NullMarked
package dev.flowshield.http.answer;

import org.jspecify.annotations.NullMarked;
