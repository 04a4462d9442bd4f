/**
 * Four instances that share a limit in a store, which is killed and started again meanwhile. Start
 * with {@link dev.flowshield.demo.cluster.ClusterDemo}; its numbers stand in
 * {@link dev.flowshield.demo.cluster.Scenario}. The instances are not here but in
 * {@code dev.flowshield.demo.cluster.server}, the clients in {@code dev.flowshield.demo.traffic}.
 */
@NullMarked
package dev.flowshield.demo.cluster;

import org.jspecify.annotations.NullMarked;
