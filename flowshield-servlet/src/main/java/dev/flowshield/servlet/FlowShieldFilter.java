package dev.flowshield.servlet;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.binding.AdmissionHooks;
import dev.flowshield.http.binding.QueueProbe;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A servlet filter that runs the requests of a web application that its shield admits, and writes
 * the responses to all others.
 *
 * <p>Register it while the application starts, in a {@code ServletContainerInitializer}, or in a
 * {@code ServletContextListener} that is declared in {@code web.xml} or annotated:
 *
 * <pre>{@code
 * FlowShieldFilter.protect(servletContext);
 * }</pre>
 *
 * <p>It can also be registered like any other filter, in {@code web.xml} or in code. Its
 * init-params are the settings of {@link HttpShield#fromConfiguration(Map)}, such as {@code
 * per-client}. An unknown setting prevents the application from starting. Map the filter to {@code
 * /*} before other filters, for the dispatcher type {@code REQUEST}, with async support. Without
 * async support, it logs a warning at the first request.
 *
 * <p><b>Charges.</b> Each request is charged once. Forwards, includes, dispatches, error pages and
 * further filters with the same shield do not charge it again.
 *
 * <p><b>Slots.</b> A request holds its slot until the chain has returned. An asynchronous request
 * holds it until the request is completed, has timed out or has failed. An event stream holds its
 * slot for at most half a second after its response is committed, and is an open stream from then
 * until it ends. Exceptions propagate to the container unchanged.
 *
 * <p><b>Client address.</b> The client is identified by {@code getRemoteAddr()} of the container's
 * own request. Addresses that other filters substitute are ignored. Addresses that the container
 * itself substitutes, with Tomcat's {@code RemoteIpValve} or Jetty's {@code
 * ForwardedRequestCustomizer}, are believed. Configure these to trust your own proxies only.
 *
 * <p><b>Thread queue.</b> If the shield adapts its limit on work in flight, a {@link QueueProbe}
 * measures the wait for a thread of the container. It needs the thread pool, which is found in
 * Jetty, and by reflection in Tomcat.
 *
 * <p>Thread-safe. Blocks only for limits that are kept elsewhere: the thread of the request waits
 * for the limiter for at most five seconds, after which the request fails.
 */
public final class FlowShieldFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final String NAME = "flowshield";
  private static final String PREFIX = "flowshield."; // of context-params, shared with others
  private static final System.Logger LOG = System.getLogger("dev.flowshield.servlet");
  private static final String NO_CONTEXT =
      "context must be that of the web application, got null: pass the context of the event or initializer";
  private static final String NO_SHIELD =
      "shield must be an existing shield, got null: build one, or omit it to create one from the configuration";
  private static final String NO_POOL =
      "pool must be that of the container, got null: omit it to have it found";
  private static final String UNINITIALIZED =
      "the filter must be initialized before its first request: call init, or pass it a shield";

  private transient @Nullable HttpShield shield;
  private transient boolean isOwn; // whether this filter has created the shield
  private final ReentrantLock inspectionLock = new ReentrantLock();
  private final transient @Nullable Executor pool; // null to find it
  private transient @Nullable QueueProbe probe; // null if no pool was found
  private transient volatile boolean isInspected; // at the first request; written after the probe

  /**
   * Creates a filter with a shield of its own. When the filter is initialized, it creates the
   * shield from the configuration and the init-params.
   */
  public FlowShieldFilter() {
    this.pool = null;
  }

  /**
   * Creates a filter for an existing shield, which other filters may share. The filter accepts no
   * init-params.
   */
  public FlowShieldFilter(HttpShield shield) {
    this.shield = Objects.requireNonNull(shield, NO_SHIELD);
    this.pool = null;
  }

  /**
   * Creates a filter for an existing shield, in a container whose thread pool cannot be found.
   *
   * @param pool the pool that runs the requests of this filter; see {@link QueueProbe}
   */
  public FlowShieldFilter(HttpShield shield, Executor pool) {
    this.shield = Objects.requireNonNull(shield, NO_SHIELD);
    this.pool = Objects.requireNonNull(pool, NO_POOL);
  }

  /**
   * Protects a web application with a shield created from the configuration; see {@link
   * HttpShield#fromConfiguration(Map)}. Context-params with the prefix {@code flowshield.}, such as
   * {@code flowshield.per-client}, are passed as its settings.
   *
   * @return the shield, which has the statistics
   * @throws IllegalArgumentException if a setting is unknown or invalid
   * @throws IllegalStateException if the application has started, or is already protected
   */
  public static HttpShield protect(ServletContext context) {
    FlowShieldFilter filter = new FlowShieldFilter();
    register(filter, context);
    HttpShield shield =
        HttpShield.fromConfiguration(settings(context)); // last, because it logs the activation
    filter.shield = shield;
    filter.isOwn = true;
    return shield;
  }

  /**
   * Returns the settings among the context-params of a web application: those with the prefix
   * {@code flowshield.}, without that prefix. For {@link HttpShield#fromConfiguration(Map)}.
   */
  public static Map<String, String> settings(ServletContext context) {
    Map<String, String> settings = new TreeMap<>();
    for (String name : Collections.list(context.getInitParameterNames())) {
      if (name.startsWith(PREFIX)) {
        settings.put(name.substring(PREFIX.length()), context.getInitParameter(name));
      }
    }
    return settings;
  }

  /**
   * Protects a web application with an existing shield. Registers a filter named {@code flowshield}
   * for all requests, before the filters registered so far.
   *
   * @throws IllegalStateException if the application has started, or is already protected
   */
  public static void protect(ServletContext context, HttpShield shield) {
    register(new FlowShieldFilter(shield), context);
  }

  /**
   * Reports the cost of a request, for policies with {@code cost=later}. The application calls it
   * before the response ends, with any request object that it has. The last call counts. No effect
   * without such a policy.
   *
   * @param permits the cost, 0 or more
   * @throws IllegalArgumentException if the permits are negative
   */
  public static void reportCost(HttpServletRequest request, long permits) {
    AdmissionHooks.reportCost(new ServletRequestView(request), permits);
  }

  /**
   * Declares that a request is a stream from now on, such as a long poll that waits; see {@link
   * HttpAdmitted#markAsStream()}. The application may pass any request object that it has. Event
   * streams and web sockets are detected without this call.
   *
   * @return false if too many streams are open. The request then stays in flight, so respond to it
   *     at once
   */
  public static boolean markAsStream(HttpServletRequest request) {
    return AdmissionHooks.markAsStream(new ServletRequestView(request));
  }

  private static void register(FlowShieldFilter filter, ServletContext context) {
    Objects.requireNonNull(context, NO_CONTEXT);
    String application = "the web application at '" + context.getContextPath() + "/'";
    FilterRegistration.@Nullable Dynamic registration;
    try {
      registration = context.addFilter(NAME, filter);
    } catch (IllegalStateException | UnsupportedOperationException rejected) {
      throw new IllegalStateException(
          "protect must be called while " + application + " starts, got "
              + (rejected instanceof IllegalStateException
                  ? "one that has started"
                  : "a listener that was added in code")
              + ": call it in a ServletContainerInitializer, or in a ServletContextListener that is"
              + " declared in web.xml or annotated with @WebListener",
          rejected);
    }
    if (registration == null) {
      throw new IllegalStateException("protect must be called once for " + application
          + ", got a second call, or one beside a filter named 'flowshield': keep one of them");
    }
    registration.setAsyncSupported(true); // else nothing behind it may be async
    registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
  }

  /**
   * Creates the shield, unless the filter was given one.
   *
   * @throws IllegalArgumentException if an init-param is unknown or invalid, or if the filter has
   *     init-params and was given a shield
   */
  @Override
  public void init() {
    Map<String, String> parameters = new TreeMap<>();
    for (String name : Collections.list(getInitParameterNames())) {
      parameters.put(name, getInitParameter(name));
    }
    if (shield == null) {
      shield = HttpShield.fromConfiguration(parameters);
      isOwn = true;
    } else if (!parameters.isEmpty()) {
      throw new IllegalArgumentException(
          "init-params must be absent if the filter is given a shield, got " + parameters
              + " for filter '" + getFilterName() + "': set them when the shield is built");
    }
  }

  /** Closes the shield, including its store of limits, if this filter has created it. */
  @Override
  public void destroy() {
    HttpShield own = shield;
    if (isOwn && own != null) {
      own.close();
    }
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpShield own = Objects.requireNonNull(shield, UNINITIALIZED);
    // A mapping in web.xml may include other dispatcher types. Their requests were charged on
    // arrival.
    if (request.getDispatcherType() != DispatcherType.REQUEST || !own.isEnabled()) {
      chain.doFilter(request, response);
      return;
    }
    if (!isInspected) {
      inspectFirst(request, own);
    }
    QueueProbe known = probe;
    if (known != null) {
      known.requestArrived();
    }
    HttpAdmission admission = own.admit(new ServletRequestView(request));
    if (admission instanceof ShieldResponse rejection) {
      if (!RequestBodyDrain.respondAfterDrain(rejection, request)) {
        write(rejection, response);
      }
      return;
    }
    HttpAdmitted admitted = (HttpAdmitted) admission;
    List<ShieldResponse.Header> headers = admitted.headers(); // usually empty: no iterator
    for (int i = 0; i < headers.size(); i++) {
      response.addHeader(headers.get(i).name(), headers.get(i).value());
    }
    AdmissionRequest watched = new AdmissionRequest(request, response, admitted);
    try {
      watched.beforeChain();
      chain.doFilter(watched, response);
    } catch (Throwable failure) {
      admitted.failed();
      throw failure;
    } finally { // also for an Error: an admission that is never closed leaks its slot
      watched.afterChain();
    }
  }

  /**
   * Inspects the first request, because some properties of the container are visible only to
   * requests and not to filters.
   */
  private void inspectFirst(HttpServletRequest request, HttpShield own) {
    inspectionLock.lock();
    try {
      if (!isInspected) { // otherwise another request was faster
        Executor threads = pool == null ? ContainerPool.of(request) : pool;
        probe = threads == null ? null : new QueueProbe(own.engine(), threads);
        isInspected = true;
        warnIfNotAsync(request);
      }
    } finally {
      inspectionLock.unlock();
    }
  }

  /**
   * Warns if no work behind this filter can be asynchronous. Does not fail, because an application
   * may have no such work.
   */
  private void warnIfNotAsync(ServletRequest request) {
    if (!request.isAsyncSupported()) {
      LOG.log(
          Level.WARNING,
          "FlowShield: filter '" + (getFilterConfig() == null ? NAME : getFilterName())
              + "' must support async if work behind it is asynchronous, got no support in it or"
              + " in a filter before it: declare <async-supported>true</async-supported> in web.xml,"
              + " or call setAsyncSupported(true) on its registration");
    }
  }

  /**
   * Writes a rejection. Does not use {@code sendError}, which would write the error page of the
   * container or run that of the application.
   */
  static void write(ShieldResponse rejection, HttpServletResponse response) throws IOException {
    response.setStatus(rejection.status());
    for (ShieldResponse.Header header : rejection.headers()) {
      response.setHeader(header.name(), header.value());
    }
    byte[] body = rejection.body();
    if (body.length > 0) {
      response.getOutputStream().write(body);
    }
  }
}
