/**
 * What authors of web applications write; {@code Hello} is the place to start. Each test packs some
 * of it into an archive. Only {@code OwnShield} knows FlowShield.
 */
@NullMarked
package dev.flowshield.servlet.auto.app;

import org.jspecify.annotations.NullMarked;
