/**
 * Servers behind the shield under mixed traffic, watched for places that are lost and for a heap
 * that grows. Start with {@link dev.flowshield.checks.soak.Soak}, which the tests and the program
 * run; {@link dev.flowshield.checks.soak.Reckoning} says what must hold. How fast servers are is
 * not measured here.
 */
@NullMarked
package dev.flowshield.checks.soak;

import org.jspecify.annotations.NullMarked;
