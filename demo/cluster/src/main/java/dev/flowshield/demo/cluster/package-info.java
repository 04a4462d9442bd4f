/**
 * Four instances that share a limit in a store, which is killed and restarted meanwhile. Start with
 * {@link dev.flowshield.demo.cluster.ClusterDemo}; {@link dev.flowshield.demo.cluster.Scenario} has
 * its numbers. The instances are in {@code dev.flowshield.demo.cluster.server}, the clients in
 * {@code dev.flowshield.demo.traffic}.
 */
@NullMarked
package dev.flowshield.demo.cluster;

import org.jspecify.annotations.NullMarked;
