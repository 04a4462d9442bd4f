/** The shield that admits, rejects and sheds requests. */
module dev.flowshield.engine {
  requires transitive dev.flowshield.api;
  requires static org.jspecify;
}
