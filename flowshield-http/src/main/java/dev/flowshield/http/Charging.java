package dev.flowshield.http;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Request;
import dev.flowshield.http.client.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a request is charged to: the limits, and the keys in them.
 *
 * <p>Immutable.
 *
 * @param client where the client's address comes from
 * @param networkPrefix how many bits of an IPv6 address stand for its network; 0 if networks are
 *     not limited
 */
record Charging(ClientAddress client, int networkPrefix) {

  /** Asks the engine whether a request may run. */
  Admission ask(FlowShield engine, RequestView request) {
    if (networkPrefix == 0) {
      return engine.admit(client.key(request));
    }
    @Nullable IpAddress address = client.of(request);
    String key = client.key(address);
    return address == null || address.standsForIpv4()
        ? engine.admit(key)
        : engine.admit(
            Request.of(key).charging(Charge.of(ClientNetwork.NAME, address.key(networkPrefix))));
  }
}
