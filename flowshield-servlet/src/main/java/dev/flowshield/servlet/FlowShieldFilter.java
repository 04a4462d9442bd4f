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
 * Lets a request of a web application run if its shield admits it, and answers it otherwise.
 *
 * <p>While the application starts, in a {@code ServletContainerInitializer} or in a
 * {@code ServletContextListener} that is declared in {@code web.xml} or annotated:
 * <pre>{@code
 * FlowShieldFilter.protect(servletContext);
 * }</pre>
 *
 * <p>Or as any filter, in {@code web.xml} or in code. Its init-params are the settings of
 * {@link HttpShield#fromConfiguration(Map)}, such as {@code per-client}; one that is not known
 * keeps the application from starting. Map it to {@code /*} for requests, with async supported,
 * before other filters; without async support it logs a warning at the first request.
 *
 * <p><b>What is charged.</b> A request, once, however often it is forwarded, included, dispatched
 * or sent to an error page, and however many filters of one shield stand in its way.
 *
 * <p><b>When its place is free again.</b> When the chain has returned; for a request that goes on
 * asynchronously, when that is completed, has timed out or failed. For an event stream, half a
 * second after its response is committed at the latest, and then it is an open stream until it has
 * ended. An exception goes on to the container as it is.
 *
 * <p><b>What the client is.</b> What {@code getRemoteAddr()} of the container's own request says.
 * Filters that replace the address are looked through; what stands below them, such as Tomcat's
 * {@code RemoteIpValve} or Jetty's {@code ForwardedRequestCustomizer}, is believed, so let that
 * trust your own proxies alone.
 *
 * <p><b>The queue for threads.</b> Where the shield finds its cap by itself, a {@link QueueProbe}
 * measures the wait for a thread of the container, if its pool is found: in Jetty, and by
 * reflection in Tomcat.
 *
 * <p>Thread-safe. Blocks only where a limit is kept elsewhere: then the thread of the request waits
 * for the limiter, for five seconds at most, after which the request fails.
 */
public final class FlowShieldFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final String NAME = "flowshield";
  private static final String PREFIX = "flowshield."; // of context-params, which all share
  private static final System.Logger LOG = System.getLogger("dev.flowshield.servlet");
  private static final String NO_CONTEXT =
      "context must be the web application's, got null: pass that of the event or the initializer";
  private static final String NO_SHIELD =
      "shield must be one made before, got null: build one, or leave it out for one that the configuration asks for";
  private static final String NO_POOL =
      "pool must be the container's, got null: leave it out for one that is found";
  private static final String UNINITIALIZED =
      "the filter must be initialized before its first request: call init, or give it a shield";

  private transient @Nullable HttpShield shield;
  private transient boolean isOwn; // whether the filter has made the shield
  private final ReentrantLock looking = new ReentrantLock();
  private final transient @Nullable Executor pool; // null if it is to be found
  private transient @Nullable QueueProbe probe; // null if there is no pool to be seen
  private transient volatile boolean hasLooked; // at the first request; written after the probe

  /**
   * A filter with a shield of its own, which it makes of the configuration and its init-params when
   * it is initialized.
   */
  public FlowShieldFilter() {
    this.pool = null;
  }

  /** A filter with a shield made before, which others may use as well; it takes no init-params. */
  public FlowShieldFilter(HttpShield shield) {
    this.shield = Objects.requireNonNull(shield, NO_SHIELD);
    this.pool = null;
  }

  /**
   * As {@link #FlowShieldFilter(HttpShield)}, for a container whose pool of threads cannot be found
   * from here.
   *
   * @param pool runs the requests that come to this filter, see {@link QueueProbe}
   */
  public FlowShieldFilter(HttpShield shield, Executor pool) {
    this.shield = Objects.requireNonNull(shield, NO_SHIELD);
    this.pool = Objects.requireNonNull(pool, NO_POOL);
  }

  /**
   * Protects a web application as the configuration wants it, see
   * {@link HttpShield#fromConfiguration(Map)}. Context-params with {@code flowshield.} before them,
   * such as {@code flowshield.per-client}, are the settings that are given in place.
   *
   * @return the shield, to ask for its numbers
   * @throws IllegalArgumentException if a setting is not known or not possible
   * @throws IllegalStateException if the application has started, or is protected already
   */
  public static HttpShield protect(ServletContext context) {
    FlowShieldFilter filter = new FlowShieldFilter();
    register(filter, context);
    HttpShield shield =
        HttpShield.fromConfiguration(settings(context)); // last, as it logs that it is active
    filter.shield = shield;
    filter.isOwn = true;
    return shield;
  }

  /**
   * The settings among the context-params of a web application: those with {@code flowshield.}
   * before them, without that. For {@link HttpShield#fromConfiguration(Map)}.
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
   * Protects a web application: registers a filter named {@code flowshield} for all its requests,
   * before the filters that are there.
   *
   * @throws IllegalStateException if the application has started, or is protected already
   */
  public static void protect(ServletContext context, HttpShield shield) {
    register(new FlowShieldFilter(shield), context);
  }

  /**
   * Says what a request has cost, for policies with {@code cost=later}: called by the application
   * before the response ends, with any request object that it has. The last one counts. Without
   * such a policy it does nothing.
   *
   * @param permits 0 or more
   * @throws IllegalArgumentException if the permits are negative
   */
  public static void cost(HttpServletRequest request, long permits) {
    AdmissionHooks.cost(new ServletRequestView(request), permits);
  }

  /**
   * Says that a request is a stream from now on, such as a long poll that waits: see
   * {@link HttpAdmitted#established()}. Called by the application with any request object that it
   * has. Event streams and web sockets need not be named.
   *
   * @return false if there is no room for its stream: it stays in flight, so respond to it at once
   */
  public static boolean established(HttpServletRequest request) {
    return AdmissionHooks.established(new ServletRequestView(request));
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
    registration.setAsyncSupported(true); // else nothing behind it could start async
    registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
  }

  /**
   * Makes the shield, if there is none yet.
   *
   * @throws IllegalArgumentException if an init-param is not known or not possible, or if there are
   *     any beside a shield made before
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
          "init-params must be absent where the filter is given a shield, got " + parameters
              + " for filter '" + getFilterName() + "': set them when the shield is built");
    }
  }

  /** Closes a shield that it has made itself, and with it a store of limits. */
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
    // A mapping in web.xml may name other dispatchers; what they bring has been charged when it
    // came in.
    if (request.getDispatcherType() != DispatcherType.REQUEST || !own.isEnabled()) {
      chain.doFilter(request, response);
      return;
    }
    if (!hasLooked) {
      lookAtFirst(request, own);
    }
    QueueProbe known = probe;
    if (known != null) {
      known.requestArrived();
    }
    HttpAdmission admission = own.admit(new ServletRequestView(request));
    if (admission instanceof ShieldResponse rejection) {
      if (!LateBody.answersLater(rejection, request)) {
        write(rejection, response);
      }
      return;
    }
    HttpAdmitted admitted = (HttpAdmitted) admission;
    List<ShieldResponse.Header> headers =
        admitted.headers(); // none as a rule, and then no iterator
    for (int i = 0; i < headers.size(); i++) {
      response.addHeader(headers.get(i).name(), headers.get(i).value());
    }
    AdmissionRequest watched = new AdmissionRequest(request, response, admitted);
    try {
      watched.chainBegins();
      chain.doFilter(watched, response);
    } catch (Throwable failure) {
      admitted.failed();
      throw failure;
    } finally { // also for an Error: an admission never closed is a place lost for good
      watched.chainEnded();
    }
  }

  /** What the container tells only requests, not filters, so the first one shows it. */
  private void lookAtFirst(HttpServletRequest request, HttpShield own) {
    looking.lock();
    try {
      if (!hasLooked) { // else another one was the first
        Executor threads = pool == null ? ContainerPool.of(request) : pool;
        probe = threads == null ? null : new QueueProbe(own.engine(), threads);
        hasLooked = true;
        warnOfNoAsync(request);
      }
    } finally {
      looking.unlock();
    }
  }

  /**
   * Warns if no work behind this can be asynchronous. No failure, as an application may have no
   * such work.
   */
  private void warnOfNoAsync(ServletRequest request) {
    if (!request.isAsyncSupported()) {
      LOG.log(
          Level.WARNING,
          "FlowShield: filter '" + (getFilterConfig() == null ? NAME : getFilterName())
              + "' must support async where work behind it is asynchronous, got no support, of it or"
              + " of a filter before it: declare <async-supported>true</async-supported> in web.xml,"
              + " or call setAsyncSupported(true) on its registration");
    }
  }

  /**
   * Not with {@code sendError}, which would bring the container's page, or run the application's.
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
