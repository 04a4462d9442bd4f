package dev.flowshield.redis.connection;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The address of a store. Its text shows no password.
 *
 * @param scheme the text before the first colon
 * @param nodes the server, or the address of Sentinel; for a cluster, the servers that the client
 *     asks first
 */
public record StoreAddress(String scheme, List<RedisURI> nodes) {

  private static final String OF_CLUSTER = "-cluster";
  private static final String FORMS = "store must be an address as in redis://host:6379,"
      + " rediss://user:password@host:6380, redis-sentinel://host:26379#primary or"
      + " redis-cluster://host:6379,other:6379, got ";
  private static final Pattern PARTS = // of the address of a cluster
      Pattern.compile("(rediss?)-cluster://(.*@)?([^@/?#]*)(.*)");
  private static final Pattern LOGIN = // and hosts; then the rest
      Pattern.compile("(?s)[^:]*://([^/?#]*)(.*)");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]+]");
  private static final Pattern NO_HOST = Pattern.compile("[^a-zA-Z0-9:._-]|[g-zG-Z_-].*:");

  /**
   * Parses an address.
   *
   * @throws IllegalArgumentException if it has another form
   */
  public static StoreAddress parse(String uri) {
    String scheme = uri.substring(0, Math.max(0, uri.indexOf(':')));
    return new StoreAddress(
        scheme, scheme.endsWith(OF_CLUSTER) ? cluster(uri) : List.of(server(uri, uri)));
  }

  private static List<RedisURI> cluster(String uri) {
    Matcher parts = PARTS.matcher(uri);
    if (!parts.matches()) {
      throw noAddress(uri, "it has no host");
    }
    String login = parts.group(2) == null ? "" : parts.group(2);
    List<RedisURI> nodes = new ArrayList<>();
    for (String host : parts.group(3).split(",", -1)) {
      RedisURI node = server(parts.group(1) + "://" + login + host + parts.group(4), uri);
      if (node.getDatabase() != 0) {
        throw noAddress(uri, "a cluster has no databases");
      }
      nodes.add(node);
    }
    return List.copyOf(nodes);
  }

  private static RedisURI server(String text, String uri) {
    Matcher login = LOGIN.matcher(text);
    if (login.matches() && !text.startsWith("redis-socket") && !text.startsWith("redis+socket")) {
      String authority = login.group(1);
      boolean isSplit = authority.indexOf('@') < 0 && login.group(2).indexOf('@') >= 0;
      if (isSplit || authority.indexOf('@') != authority.lastIndexOf('@')) {
        throw noAddress(uri, "in a password, '@' is written %40, '/' %2F, '#' %23 and '?' %3F");
      }
    }
    RedisURI server;
    try {
      server = RedisURI.create(text);
    } catch (RuntimeException malformed) { // not as the cause: its message repeats a password
      throw noAddress(uri, "it is malformed");
    }
    String host = server.getHost();
    if (host != null && IPV6.matcher(host).matches()) {
      host = host.substring(1, host.length() - 1);
      server.setHost(host);
    }
    if (host != null && NO_HOST.matcher(host).find()) { // such as a port that is not a number
      throw noAddress(uri, "a host or a port is none");
    }
    return server;
  }

  /**
   * Returns an exception whose message has one line and repeats no part of a password: the kind of
   * the address, and the text after the login.
   */
  private static IllegalArgumentException noAddress(String uri, String reason) {
    int login = uri.lastIndexOf('@');
    String kind = uri.replaceFirst("(?s):.*", ":");
    String server = login < 0 ? "" : uri.substring(login);
    String shown = printable(kind) + (login < 0 ? "…" : "//…") + printable(server);
    return new IllegalArgumentException(FORMS + "'" + shown + "': " + reason + ", correct it");
  }

  private static String printable(String text) {
    return text.replaceAll("[^ -~]", "?");
  }

  boolean isCluster() {
    return scheme.endsWith(OF_CLUSTER);
  }

  /**
   * Sets the timeout for connecting and for commands to that of requests, or to a second if that is
   * longer. An address with a timeout keeps its own.
   */
  public void setTimeout(Duration ofRequests) {
    Duration least = LettuceClient.CONNECT_TIMEOUT;
    Duration timeout = ofRequests.compareTo(least) > 0 ? ofRequests : least;
    for (RedisURI node : nodes) {
      setTimeout(node, timeout);
      node.getSentinels().forEach(sentinel -> setTimeout(sentinel, timeout));
    }
  }

  private static void setTimeout(RedisURI node, Duration timeout) {
    if (node.getTimeout().equals(RedisURI.DEFAULT_TIMEOUT_DURATION)) { // a minute
      node.setTimeout(timeout);
    }
  }

  @Override
  public String toString() {
    return isCluster()
        ? scheme + "://"
            + nodes.stream()
                .map(node -> shown(node.getHost()) + ":" + node.getPort())
                .collect(Collectors.joining(","))
        : shown(nodes.get(0));
  }

  private static String shown(RedisURI node) {
    String host = node.getHost();
    String text = node.toString();
    return host == null ? text : text.replace(host.replace(":", "%3A"), shown(host));
  }

  private static String shown(String host) {
    return host.indexOf(':') < 0 ? host : "[" + host + "]";
  }
}
