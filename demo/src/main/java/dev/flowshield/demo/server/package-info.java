/**
 * A server that does 20 milliseconds of work for each request, with few workers. Start with {@link
 * dev.flowshield.demo.server.DemoServer}. Its protection is chosen elsewhere: it is started with or
 * without a handler in front.
 */
@NullMarked
package dev.flowshield.demo.server;

import org.jspecify.annotations.NullMarked;
