/** Rate limits, decisions, and what a limiter has to provide. */
module dev.flowshield.api {
  requires static org.jspecify;
}
