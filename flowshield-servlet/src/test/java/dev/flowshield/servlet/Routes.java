package dev.flowshield.servlet;

import static dev.flowshield.contract.Application.CHUNKS;
import static dev.flowshield.contract.Application.EVENT;
import static dev.flowshield.contract.Application.FULL;
import static dev.flowshield.contract.Application.HELLO;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.PushBuilder;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The application of the contracts, as servlets. */
final class Routes {

  private static final int TIME_LIMIT_MILLIS = 100;

  private Routes() {}

  static ServerUnderTest start(
      Container.Starter starter,
      List<HttpShield> shields,
      Application behind,
      int workers,
      int idleMillis)
      throws Exception {
    Path files = behind.files();
    Container container = starter.start(new Container.Application() {
      @Override
      public void start(ServletContext context) {
        for (int each = 0; each < shields.size(); each++) {
          Layer.map(
              context.addFilter("shield " + each, new FlowShieldFilter(shields.get(each))),
              EnumSet.of(DispatcherType.REQUEST));
        }
        register(behind, context);
      }

      @Override
      public Path files() {
        return files;
      }

      @Override
      public int workers() {
        return workers;
      }

      @Override
      public boolean overHttp2() {
        return true;
      }

      @Override
      public int idleMillis() {
        return idleMillis;
      }
    });
    return new ServerUnderTest(container.port(), container::stop);
  }

  private static void register(Application behind, ServletContext context) {
    Endpoint.at("/hello", context, (request, response) -> response.getWriter().print(HELLO));
    Endpoint.at("/below/*", context, (request, response) -> response.getWriter().print(HELLO));
    Endpoint.at("/fail", context, (request, response) -> response.getWriter().print(behind.fail()));
    Endpoint.at("/cost", context, (request, response) -> {
      FlowShieldFilter.reportCost(request, Application.COST);
      response.getWriter().print(HELLO);
    });
    Endpoint.at("/slow", context, (request, response) -> {
      behind.slow();
      response.getWriter().print(HELLO);
    });
    Endpoint.at("/async", context, (request, response) -> {
      Reply reply = Reply.start(request);
      behind.whenOpen(() -> {
        reply.send(HELLO);
        reply.complete();
      });
    });
    Endpoint.at("/poll", context, (request, response) -> {
      if (!FlowShieldFilter.markAsStream(request)) {
        response.getWriter().print(FULL);
        return;
      }
      Reply reply = Reply.start(request);
      behind.whenOpen(() -> {
        reply.send(HELLO);
        reply.complete();
      });
    });
    Endpoint.at(
        "/timeout",
        context,
        (request, response) -> request.startAsync().setTimeout(TIME_LIMIT_MILLIS));
    Endpoint.at(
        "/health", context, (request, response) -> response.getWriter().print(Application.HEALTHY));
    Endpoint.at(
        "/echo",
        context,
        (request, response) -> request.getInputStream().transferTo(response.getOutputStream()));
    // Otherwise Tomcat would respond to unknown paths without calling the filters.
    Endpoint.at("/", context, (request, response) -> response.sendError(404));
    registerWaits(behind, context);
    registerForGoneClients(behind, context);
  }

  private static void registerWaits(Application behind, ServletContext context) {
    Endpoint.at("/later/*", context, (request, response) -> {
      Reply reply = Reply.start(request);
      behind.later(request.getQueryString(), () -> {
        reply.send(HELLO);
        reply.complete();
      });
    });
    Endpoint.at("/held/*", context, (request, response) -> {
      behind.held(request.getQueryString());
      response.getWriter().print(HELLO);
    });
  }

  private static void registerForGoneClients(Application behind, ServletContext context) {
    Endpoint.at(
        "/large",
        context,
        (request, response) -> response.getOutputStream().write(Application.large()));
    Endpoint.at("/stream", context, (request, response) -> {
      for (int i = 0; i < CHUNKS; i++) {
        response.getOutputStream().write(Application.chunk());
        response.flushBuffer();
      }
    });
    Endpoint.at("/chunks", context, (request, response) -> {
      AsyncContext async = request.startAsync();
      async.setTimeout(0); // no timeout: the client decides
      ServletOutputStream out = response.getOutputStream();
      out.setWriteListener(new Chunks(async, out));
    });
    Endpoint.at("/events", context, (request, response) -> {
      response.setContentType("text/event-stream");
      Reply reply = Reply.start(request);
      behind.repeat(() -> reply.send(EVENT));
    });
    Endpoint.at("/quiet", context, (request, response) -> {
      response.setContentType("text/event-stream");
      Reply reply = Reply.start(request);
      reply.send(EVENT);
      behind.whenOpen(() -> behind.repeat(() -> reply.send(EVENT)));
    });
    Endpoint.at("/push", context, Routes::push);
    Endpoint.at("/upgrade", context, (request, response) -> {
      response.setHeader("Upgrade", "websocket");
      response.setHeader("Connection", "Upgrade");
      request.upgrade(Upgraded.class);
    });
  }

  @SuppressWarnings("deprecation") // since Servlet 6.0, but still supported
  private static void push(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    PushBuilder push = request.newPushBuilder();
    if (push != null) {
      push.path("/large").push();
    }
    response.getWriter().print(HELLO);
  }

  /** A response from another thread, which must not touch objects that the container may reuse. */
  private static final class Reply implements AsyncListener {

    private final AsyncContext async;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean over; // guarded by the lock

    private Reply(AsyncContext async) {
      this.async = async;
    }

    private static Reply start(HttpServletRequest request) {
      Reply reply = new Reply(request.startAsync());
      reply.async.setTimeout(0); // no timeout: the application decides
      reply.async.addListener(reply);
      return reply;
    }

    /** Sends a response, and returns whether the client was present. */
    private boolean send(String text) {
      lock.lock();
      try {
        if (!over) {
          ServletOutputStream out = async.getResponse().getOutputStream();
          out.write(text.getBytes(UTF_8));
          out.flush();
        }
      } catch (IOException gone) {
        complete();
      } catch (IllegalStateException overBeforeItWasTold) {
        over = true;
      } finally {
        lock.unlock();
      }
      return isGoingOn();
    }

    private void complete() {
      lock.lock();
      try {
        if (!over) {
          over = true;
          async.complete();
        }
      } catch (IllegalStateException overBeforeItWasTold) {
        over = true;
      } finally {
        lock.unlock();
      }
    }

    private boolean isGoingOn() {
      lock.lock();
      try {
        return !over;
      } finally {
        lock.unlock();
      }
    }

    private void end() {
      lock.lock();
      try {
        over = true;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onComplete(AsyncEvent event) {
      end();
    }

    @Override
    public void onError(AsyncEvent event) {
      end();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      end();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
  }

  /** Writes each chunk when there is room for it. */
  private static final class Chunks implements WriteListener {

    private final AsyncContext async;
    private final ServletOutputStream out;
    private int written;

    private Chunks(AsyncContext async, ServletOutputStream out) {
      this.async = async;
      this.out = out;
    }

    @Override
    public void onWritePossible() throws IOException {
      while (out.isReady()) {
        if (written == CHUNKS) {
          async.complete();
          return;
        }
        written++;
        out.write(Application.chunk());
      }
    }

    @Override
    public void onError(Throwable gone) {
      async.complete();
    }
  }

  /** A handler without actions, for a connection that has left HTTP. */
  public static final class Upgraded implements HttpUpgradeHandler {

    /** Creates the handler. For the container. */
    public Upgraded() {}

    @Override
    public void init(WebConnection connection) {}

    @Override
    public void destroy() {}
  }
}
