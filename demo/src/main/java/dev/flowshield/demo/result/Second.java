package dev.flowshield.demo.result;

import dev.flowshield.demo.traffic.Phase;

/**
 * One second of the traffic.
 *
 * @param number the number; the first is 1
 * @param phase the phase at its beginning
 * @param tally the outcomes of the requests due in it
 * @param served the latencies of those that were served
 * @param inFlight the maximum number of requests seen in the server in it
 */
public record Second(int number, Phase phase, Tally tally, Latencies served, int inFlight) {}
