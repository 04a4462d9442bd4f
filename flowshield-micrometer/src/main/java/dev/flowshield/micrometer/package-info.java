/**
 * The statistics of a shield as meters of Micrometer: {@link
 * dev.flowshield.micrometer.FlowShieldMetrics}.
 */
@NullMarked
package dev.flowshield.micrometer;

import org.jspecify.annotations.NullMarked;
