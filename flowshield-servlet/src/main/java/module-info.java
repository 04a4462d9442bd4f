/** The binding to Jakarta Servlet 6 containers. */
module dev.flowshield.servlet {
  requires transitive dev.flowshield.http;
  requires transitive jakarta.servlet;
  requires static org.jspecify;

  exports dev.flowshield.servlet;
}
