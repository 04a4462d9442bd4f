package dev.flowshield.console;

import dev.flowshield.http.binding.RequestView;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rule for requests from this machine.
 *
 * <ul>
 *   <li>The peer is 127.0.0.1 or ::1, from which programs of this machine connect. Sidecars use
 *       other loopback addresses. Headers cannot change it, unless the server lets them.
 *   <li>{@code Host} names this machine. A page of another site whose name was made to resolve to
 *       127.0.0.1 (DNS rebinding) sends its own name.
 *   <li>No header of a proxy is there. A proxy on this machine is a loopback peer, and passes on
 *       requests of anyone.
 * </ul>
 */
final class LocalRequest {

  private static final Pattern LOOPBACK = Pattern.compile(
      "(::ffff:)?127\\.0\\.0\\.1|::1|(0{1,4}:){7}0{0,3}1", Pattern.CASE_INSENSITIVE);

  private static final Pattern OWN_HOST = Pattern.compile(
      "(localhost|127\\.0\\.0\\.1|\\[::1\\])(:[0-9]{1,5})?", Pattern.CASE_INSENSITIVE);

  private static final List<String> OF_PROXIES = List.of(
      "Forwarded",
      "Via",
      "X-Forwarded-For",
      "X-Forwarded-Host",
      "X-Forwarded-Proto",
      "X-Forwarded-Port",
      "X-Forwarded-Server",
      "X-Forwarded-Prefix",
      "X-Forwarded-By",
      "X-Forwarded-Scheme",
      "X-Forwarded-Ssl",
      "X-Forwarded",
      "X-Original-Forwarded-For",
      "X-Envoy-External-Address",
      "X-Real-IP",
      "X-Client-IP",
      "Client-IP",
      "X-Cluster-Client-IP",
      "True-Client-IP",
      "CF-Connecting-IP",
      "Fastly-Client-IP",
      "Fly-Client-IP");

  private LocalRequest() {}

  /** Returns whether a request comes from this machine, and from no proxy on it. */
  static boolean is(RequestView request) {
    return !request.isPeerAddressReplaced()
        && isLoopback(request.peerAddress())
        && isOwnHost(request.headers("Host"))
        && !isFromProxy(request);
  }

  private static boolean isLoopback(@Nullable String address) {
    if (address == null) {
      return false;
    }
    int zone = address.indexOf('%'); // as in ::1%lo
    return LOOPBACK.matcher(zone < 0 ? address : address.substring(0, zone)).matches();
  }

  private static boolean isOwnHost(List<String> hosts) {
    return hosts.size() == 1 && OWN_HOST.matcher(hosts.get(0)).matches();
  }

  private static boolean isFromProxy(RequestView request) {
    for (String header : OF_PROXIES) {
      if (request.header(header) != null) {
        return true;
      }
    }
    return false;
  }
}
