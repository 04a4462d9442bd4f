/**
 * The processes: instances of a service, and the store of their limits. Start with
 * {@link dev.flowshield.demo.cluster.server.InstanceMain}, which is one of them, and
 * {@link dev.flowshield.demo.cluster.server.InstanceProcess}, which starts it. Nothing is sent from
 * here.
 */
@NullMarked
package dev.flowshield.demo.cluster.server;

import org.jspecify.annotations.NullMarked;
