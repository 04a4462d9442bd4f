package dev.flowshield.checks.soak.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/** The application as a servlet. */
final class SoakServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  private final transient SoakApp app;

  SoakServlet(SoakApp app) {
    this.app = app;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.getDispatcherType() == DispatcherType.REQUEST) {
      app.begin();
    }
    Ending ending = Ending.at(request.getRequestURI());
    switch (ending) {
      case AT_ONCE -> response.getOutputStream().print(SoakApp.DONE);
      case LATER -> {
        Reply reply = Reply.start(request);
        app.later(() -> {
          reply.send(SoakApp.DONE);
          reply.complete();
        });
      }
      case ON_A_WORKER -> {
        app.work();
        response.getOutputStream().print(SoakApp.DONE);
      }
      case EXCEPTION, ERROR -> SoakApp.fail(ending);
      case ERROR_STATUS -> response.sendError(SoakApp.ERROR_STATUS);
      case LATE_FAILURE -> {
        Reply reply = Reply.start(request);
        app.later(() -> reply.dispatch(Ending.EXCEPTION.path()));
      }
      case TIMEOUT -> request.startAsync().setTimeout(SoakApp.TIMEOUT_MILLIS);
      case LARGE -> {
        response.setContentLength(SoakApp.LARGE);
        for (int i = 0; i < SoakApp.CHUNKS; i++) {
          response.getOutputStream().write(SoakApp.CHUNK);
        }
      }
      case EVENTS -> {
        response.setContentType("text/event-stream");
        Reply reply = Reply.start(request);
        app.events(() -> reply.send(SoakApp.EVENT), reply::complete);
      }
      case BODY -> {
        int length = request.getInputStream().readAllBytes().length;
        response.getOutputStream().print(length);
      }
    }
  }

  /** A step of an answer. */
  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  /**
   * An answer from another thread, which must not touch what the container may use again: one step
   * at a time, and none after the container has said that the request is over.
   */
  private static final class Reply implements AsyncListener {

    private final AsyncContext async;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean over; // guarded by the lock

    private Reply(AsyncContext async) {
      this.async = async;
    }

    static Reply start(HttpServletRequest request) {
      Reply reply = new Reply(request.startAsync());
      reply.async.setTimeout(0); // none: the application decides
      reply.async.addListener(reply);
      return reply;
    }

    /** The answer is whether the client was there. */
    boolean send(String text) {
      boolean sent = step(() -> {
        async.getResponse().getOutputStream().write(text.getBytes(UTF_8));
        async.getResponse().flushBuffer();
      });
      if (!sent) {
        complete();
      }
      return sent;
    }

    void complete() {
      last(async::complete);
    }

    void dispatch(String path) {
      last(() -> async.dispatch(path));
    }

    private void last(Step step) {
      step(() -> {
        over = true;
        step.run();
      });
    }

    private boolean step(Step step) {
      lock.lock();
      try {
        if (over) {
          return false;
        }
        step.run();
        return true;
      } catch (IOException clientGone) {
        return false;
      } catch (IllegalStateException overBeforeItWasTold) {
        over = true;
        return false;
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
}
