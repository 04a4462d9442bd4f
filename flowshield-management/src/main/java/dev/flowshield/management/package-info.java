/**
 * A shield in JMX, {@link dev.flowshield.management.FlowShieldMBeans}, and its events in JDK Flight
 * Recorder, {@link dev.flowshield.management.FlowShieldRecording}. Start with the former. It opens
 * no port: the JVM has the connectors.
 */
@NullMarked
package dev.flowshield.management;

import org.jspecify.annotations.NullMarked;
