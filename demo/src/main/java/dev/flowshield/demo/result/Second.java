package dev.flowshield.demo.result;

import dev.flowshield.demo.traffic.Phase;

/**
 * One second of the traffic.
 *
 * @param number the first is 1
 * @param phase the phase that stands at its beginning
 * @param tally what became of the requests due in it
 * @param served their latencies, where they were served
 * @param inFlight the most requests seen in the server in it
 */
public record Second(int number, Phase phase, Tally tally, Latencies served, int inFlight) {}
