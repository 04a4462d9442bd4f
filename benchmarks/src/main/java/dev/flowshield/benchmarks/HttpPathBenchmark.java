package dev.flowshield.benchmarks;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.EntryType;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import dev.flowshield.benchmarks.http.Bucket4jFilter;
import dev.flowshield.benchmarks.http.Shields;
import dev.flowshield.servlet.FlowShieldFilter;
import io.github.resilience4j.ratelimiter.RateLimiter;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.tomcat.util.http.MimeHeaders;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Measures the cost of a filter for a complete request, layer by layer, with the request and
 * response classes of Tomcat and no socket. Each of 10,000 clients is identified by a header of a
 * proxy.
 *
 * <p>The floor prepares the request and runs the chain without a filter.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HttpPathBenchmark {

  private static final int CLIENTS = 10_000;

  private final String[] forwarded = new String[CLIENTS];
  private final org.apache.coyote.Request coyoteRequest = new org.apache.coyote.Request();
  private final org.apache.coyote.Response coyoteResponse = new org.apache.coyote.Response();
  private final Request own = new Request(new Connector(), coyoteRequest);
  private final MimeHeaders answer = coyoteResponse.getMimeHeaders();
  private final HttpServletRequest request = own.getRequest();
  private final HttpServletResponse response;

  private final Filter plain = new FlowShieldFilter(Shields.plain());
  private final Filter proxies = new FlowShieldFilter(Shields.behindProxies());
  private final Filter policies = new FlowShieldFilter(Shields.withPolicies());
  private final Filter everything = new FlowShieldFilter(Shields.withEverything());
  private final Filter bucket4j = new Bucket4jFilter();
  private final Filter resilience4j = new Resilience4jFilter();

  private int next;
  private long asked;
  private long admitted;

  private final FilterChain chain = (request, response) -> admitted++;

  /** Creates the request for all benchmarks. */
  public HttpPathBenchmark() {
    for (int i = 0; i < CLIENTS; i++) {
      forwarded[i] = "198.51.100.7, 203." + (i >> 8) + "." + (i & 0xff) + ".9";
    }
    coyoteRequest.setResponse(coyoteResponse);
    coyoteRequest.setMethod("GET");
    coyoteRequest.requestURI().setString(Shields.PLENTY_PATH);
    coyoteRequest.remoteAddr().setString("127.0.0.1");
    coyoteRequest.getMimeHeaders().addValue("host").setString("shop.example");
    coyoteRequest.getMimeHeaders().addValue("accept").setString("*/*");
    own.getMappingData().wrapperPath.setString(Shields.PLENTY_PATH);
    Response answered = new Response(coyoteResponse);
    own.setResponse(answered);
    answered.setRequest(own);
    response = answered.getResponse();
  }

  @Benchmark
  public int floorWithoutFilter() throws IOException, ServletException {
    prepare();
    chain.doFilter(request, response);
    return answer.size();
  }

  @Benchmark
  public int flowShieldPlain() throws IOException, ServletException {
    return through(plain);
  }

  @Benchmark
  public int flowShieldProxies() throws IOException, ServletException {
    return through(proxies);
  }

  @Benchmark
  public int flowShieldProxiesPolicies() throws IOException, ServletException {
    return through(policies);
  }

  @Benchmark
  public int flowShieldEverything() throws IOException, ServletException {
    return through(everything);
  }

  @Benchmark
  public int bucket4jInCaffeineFilter() throws IOException, ServletException {
    return through(bucket4j);
  }

  @Benchmark
  public int resilience4jInMapFilter() throws IOException, ServletException {
    return through(resilience4j);
  }

  @Benchmark
  public int sentinelFilter(Sentinel sentinel) throws IOException, ServletException {
    return through(sentinel.filter);
  }

  /** Checks that all requests were admitted. */
  @TearDown
  public void check() {
    if (admitted != asked) {
      throw new IllegalStateException(
          "all of " + asked + " requests must be admitted, got " + admitted);
    }
  }

  private int through(Filter filter) throws IOException, ServletException {
    prepare();
    filter.doFilter(request, response, chain);
    return answer.size();
  }

  /** Resets the request and its response. */
  private void prepare() {
    asked++;
    next = next + 7919 < CLIENTS ? next + 7919 : next + 7919 - CLIENTS;
    coyoteRequest.getMimeHeaders().setValue("x-forwarded-for").setString(forwarded[next]);
    own.removeAttribute("dev.flowshield.servlet.mark");
    answer.recycle();
  }

  /** A separate state, because it starts threads. */
  @State(Scope.Benchmark)
  public static class Sentinel {

    static {
      System.setProperty("csp.sentinel.log.dir", "target/sentinel"); // otherwise the home directory
    }

    private final Filter filter = new SentinelFilter();

    /** Loads its rule. */
    public Sentinel() {}
  }

  /**
   * A filter by client that reports the remaining permits, with a map that never removes a client;
   * no routes.
   */
  private static final class Resilience4jFilter implements Filter {

    private final ConcurrentMap<String, RateLimiter> limiters = new ConcurrentHashMap<>();

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      String client = Bucket4jFilter.client((HttpServletRequest) request);
      RateLimiter own = limiters.computeIfAbsent(
          client, absent -> Peers.resilience4j(1_000_000_000, Duration.ofSeconds(1)));
      if (own.acquirePermission()) {
        HttpServletResponse answer = (HttpServletResponse) response;
        answer.addHeader("RateLimit-Policy", "\"client\";q=1000000000;w=1");
        answer.addHeader("RateLimit", "\"client\";r=" + own.getMetrics().getAvailablePermissions());
        chain.doFilter(request, response);
      }
    }
  }

  /** A filter by path only: without another module, it has neither limits by client nor headers. */
  private static final class SentinelFilter implements Filter {

    SentinelFilter() {
      FlowRule rule = new FlowRule(Shields.PLENTY_PATH);
      rule.setGrade(RuleConstant.FLOW_GRADE_QPS);
      rule.setCount(1e12);
      FlowRuleManager.loadRules(List.of(rule));
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      String path = ((HttpServletRequest) request).getServletPath();
      Entry entry;
      try {
        entry = SphU.entry(path, EntryType.IN);
      } catch (BlockException rejected) {
        ((HttpServletResponse) response).setStatus(429);
        return;
      }
      try {
        chain.doFilter(request, response);
      } finally {
        entry.exit();
      }
    }
  }
}
