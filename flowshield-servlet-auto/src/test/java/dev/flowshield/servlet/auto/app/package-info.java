/**
 * Code like that of web applications. Start with {@code Hello}. Each test packs some of it into an
 * archive. Only {@code OwnShield} uses FlowShield.
 */
@NullMarked
package dev.flowshield.servlet.auto.app;

import org.jspecify.annotations.NullMarked;
