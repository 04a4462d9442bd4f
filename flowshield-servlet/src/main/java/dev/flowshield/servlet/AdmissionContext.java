package dev.flowshield.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;

/**
 * The asynchronous context of an admitted request, as passed to the application. It notices when
 * the application completes or dispatches the request. The container does not report this if the
 * client has reset the stream.
 */
final class AdmissionContext implements AsyncContext {

  private final AsyncContext context;

  // Called before the container. The container may throw, because it has already ended the request
  // of a client that has gone. Or it may run the dispatched request on another thread, which starts
  // asynchronous work again, before the call returns.
  private final AdmissionRequest request;

  AdmissionContext(AsyncContext context, AdmissionRequest request) {
    this.context = context;
    this.request = request;
  }

  @Override
  public void complete() {
    request.completed();
    context.complete();
  }

  @Override
  public void dispatch() {
    request.handedBack();
    context.dispatch();
  }

  @Override
  public void dispatch(String path) {
    request.handedBack();
    context.dispatch(path);
  }

  @Override
  public void dispatch(ServletContext other, String path) {
    request.handedBack();
    context.dispatch(other, path);
  }

  @Override
  public ServletRequest getRequest() {
    return context.getRequest();
  }

  @Override
  public ServletResponse getResponse() {
    return context.getResponse();
  }

  @Override
  public boolean hasOriginalRequestAndResponse() {
    return context.hasOriginalRequestAndResponse();
  }

  @Override
  public void start(Runnable work) {
    context.start(work);
  }

  @Override
  public void addListener(AsyncListener listener) {
    context.addListener(listener);
  }

  @Override
  public void addListener(
      AsyncListener listener, ServletRequest request, ServletResponse response) {
    context.addListener(listener, request, response);
  }

  @Override
  public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
    return context.createListener(type);
  }

  @Override
  public void setTimeout(long millis) {
    context.setTimeout(millis);
  }

  @Override
  public long getTimeout() {
    return context.getTimeout();
  }
}
