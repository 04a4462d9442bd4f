/**
 * The tests that every binding to a server must pass, over real sockets. Start with {@link
 * dev.flowshield.contract.BindingContract}: it lists the topics, which are interfaces with tests.
 * The test of a binding extends it and starts the server. {@link
 * dev.flowshield.contract.GoneClientContract} has the tests for clients that go away, {@link
 * dev.flowshield.contract.SlowClientContract} those for slow clients, and {@link
 * dev.flowshield.contract.HarmlessLoadContract} those for traffic that must not be rejected. The
 * tests know no server; {@link dev.flowshield.contract.ServerDifference} lists the behaviors in
 * which servers may differ.
 */
@NullMarked
package dev.flowshield.contract;

import org.jspecify.annotations.NullMarked;
