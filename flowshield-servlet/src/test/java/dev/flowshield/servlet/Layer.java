package dev.flowshield.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;

/** The handler of an application around all its paths. */
@FunctionalInterface
interface Layer {

  void around(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException;

  /** Registers a layer for requests, inside of the existing ones. */
  static void add(String name, ServletContext context, Layer layer) {
    Filter filter = (request, response, chain) ->
        layer.around((HttpServletRequest) request, (HttpServletResponse) response, chain);
    map(context.addFilter(name, filter), EnumSet.of(DispatcherType.REQUEST));
  }

  /** Maps a filter to all paths, inside of the existing ones. */
  static void map(FilterRegistration.Dynamic filter, EnumSet<DispatcherType> dispatchers) {
    filter.setAsyncSupported(true);
    filter.addMappingForUrlPatterns(dispatchers, true, "/*");
  }
}
