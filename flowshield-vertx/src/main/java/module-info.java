/** The binding to Vert.x Web. */
module dev.flowshield.vertx {
  requires transitive dev.flowshield.http;
  requires transitive io.vertx.core;
  requires transitive io.vertx.web;
  requires io.vertx.auth.common; // the user of a request
  requires static org.jspecify;

  exports dev.flowshield.vertx;
}
