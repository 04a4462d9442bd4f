/** The shield for HTTP requests, without any server. */
module dev.flowshield.http {
  requires transitive dev.flowshield.engine;
  requires static org.jspecify;

  exports dev.flowshield.http;
}
