package dev.flowshield.benchmarks.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The usual filter with Bucket4j and Caffeine. The client is the last entry written by a proxy on
 * this machine, a few routes have limits of their own, and each response has the RateLimit headers.
 * The filter believes the entry, has no limit on work in flight, and one limit for each request.
 */
public final class Bucket4jFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final byte[] BODY =
      "{\"status\":\"busy\",\"message\":\"Rate limit exceeded\"}".getBytes(StandardCharsets.UTF_8);

  private final transient List<Route> routes = List.of(
      new Route("/login", "login", 20, Duration.ofMinutes(1), 20),
      new Route("/search", "search", 50, Duration.ofSeconds(1), 50),
      new Route("/export/", "export", 2, Duration.ofDays(1), 2),
      new Route("/orders/", "orders", 1_000_000, Duration.ofSeconds(1), 1_000_000_000),
      new Route("/api/", "api", 100, Duration.ofSeconds(1), 100),
      new Route("/", "client", 1_000_000, Duration.ofSeconds(1), 1_000_000_000));

  /** Creates a filter with buckets of its own. */
  public Bucket4jFilter() {}

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Route route = route(request.getRequestURI());
    Bucket bucket = route.buckets.get(client(request), client -> route.bucket());
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
    response.addHeader("RateLimit-Policy", route.policy);
    response.addHeader(
        "RateLimit",
        "\"" + route.name + "\";r=" + probe.getRemainingTokens() + ";t="
            + seconds(probe.getNanosToWaitForReset()));
    if (probe.isConsumed()) {
      chain.doFilter(request, response);
    } else {
      reject(response, probe);
    }
  }

  private static void reject(HttpServletResponse response, ConsumptionProbe probe)
      throws IOException {
    response.setStatus(429);
    response.setHeader("Retry-After", Long.toString(seconds(probe.getNanosToWaitForRefill())));
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/json");
    response.setContentLength(BODY.length);
    response.getOutputStream().write(BODY);
  }

  private Route route(String path) {
    for (Route route : routes) {
      if (path.startsWith(route.prefix)) {
        return route;
      }
    }
    return routes.get(routes.size() - 1);
  }

  /** Returns the address of a client, also for similar filters. */
  public static String client(HttpServletRequest request) {
    String peer = request.getRemoteAddr();
    String forwarded = request.getHeader("X-Forwarded-For");
    return forwarded == null || !peer.startsWith("127.")
        ? peer
        : forwarded.substring(forwarded.lastIndexOf(',') + 1).trim();
  }

  private static long seconds(long nanos) {
    return TimeUnit.NANOSECONDS.toSeconds(nanos + 999_999_999);
  }

  private static final class Route {

    private final String prefix;
    private final String name;
    private final String policy;
    private final long permits;
    private final Duration period;
    private final long burst;
    private final Cache<String, Bucket> buckets =
        Caffeine.newBuilder().expireAfterAccess(Duration.ofHours(1)).build();

    Route(String prefix, String name, long permits, Duration period, long burst) {
      this.prefix = prefix;
      this.name = name;
      this.policy = "\"" + name + "\";q=" + permits + ";w=" + period.toSeconds();
      this.permits = permits;
      this.period = period;
      this.burst = burst;
    }

    Bucket bucket() {
      return Bucket.builder()
          .addLimit(limit -> limit.capacity(burst).refillGreedy(permits, period))
          .withNanosecondPrecision()
          .build();
    }
  }
}
