/**
 * The binding to Jakarta Servlet containers. Start with {@link
 * dev.flowshield.servlet.FlowShieldFilter}, the only public class. The decisions and responses are
 * made in {@code dev.flowshield.http}.
 */
@NullMarked
package dev.flowshield.servlet;

import org.jspecify.annotations.NullMarked;
