/** A user of FlowShield with a limiter of its own. */
module com.example.app {
  requires dev.flowshield.api;
  requires dev.flowshield.engine;
  requires dev.flowshield.servlet;
  requires dev.flowshield.servlet.auto; // else only a container would ask for it
  requires dev.flowshield.vertx;
  requires dev.flowshield.redis;
  requires dev.flowshield.micrometer;
  requires dev.flowshield.management;
  requires dev.flowshield.undertow; // automatic module, named by its manifest
  requires java.management; // its tests read a bean

  provides dev.flowshield.spi.RateLimiterProvider with
      com.example.app.OwnWindowProvider;
}
