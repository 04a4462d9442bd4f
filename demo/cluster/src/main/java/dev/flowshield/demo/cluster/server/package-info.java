/**
 * The processes: instances of a service, and the store of their limits. Start with {@link
 * dev.flowshield.demo.cluster.server.InstanceMain}, which is such a process, and {@link
 * dev.flowshield.demo.cluster.server.InstanceProcess}, which starts it. The clients are not here.
 */
@NullMarked
package dev.flowshield.demo.cluster.server;

import org.jspecify.annotations.NullMarked;
