/** A shield in JMX, and its events in JDK Flight Recorder. */
module dev.flowshield.management {
  requires transitive dev.flowshield.engine;
  requires static transitive dev.flowshield.http; // only for a shield over HTTP
  requires java.management;
  requires jdk.jfr;
  requires static org.jspecify;

  exports dev.flowshield.management;
}
