/** The shield for HTTP requests, without any server. */
module dev.flowshield.http {
  requires transitive dev.flowshield.engine;
  requires static java.management; // tells whether memory is short
  requires static jdk.management; // tells how busy the processors are
  requires static org.jspecify;

  exports dev.flowshield.http;
  exports dev.flowshield.http.binding;
  exports dev.flowshield.http.exchange;
  exports dev.flowshield.http.spi;

  uses dev.flowshield.http.spi.ConsoleProvider;
}
