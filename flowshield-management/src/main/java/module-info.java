/** A shield in JMX, and its events in JDK Flight Recorder. */
module dev.flowshield.management {
  requires transitive dev.flowshield.engine;
  requires static dev.flowshield.http; // users with a shield over HTTP have it by their binding
  requires java.management;
  requires jdk.jfr;
  requires static org.jspecify;

  exports dev.flowshield.management;
}
