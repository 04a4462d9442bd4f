/**
 * The tests that every binding to a server has to pass, over real sockets.
 * {@link dev.flowshield.contract.BindingContract} is the place to start: it lists the topics, each
 * an interface of tests, and a binding's test extends it and starts the server;
 * {@link dev.flowshield.contract.GoneClientContract} is the same for clients that go away, {@link
 * dev.flowshield.contract.SlowClientContract} for clients that are slow, and {@link
 * dev.flowshield.contract.HarmlessLoadContract} for traffic that must not be rejected. No server is
 * known here; where one may differ, {@link dev.flowshield.contract.ServerDifference} says how.
 */
@NullMarked
package dev.flowshield.contract;

import org.jspecify.annotations.NullMarked;
