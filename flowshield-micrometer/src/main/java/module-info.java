/** The statistics of a shield as meters of Micrometer. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module dev.flowshield.micrometer {
  requires transitive dev.flowshield.http;
  requires transitive micrometer.core; // an automatic module that states its name
  requires static org.jspecify;

  exports dev.flowshield.micrometer;
}
