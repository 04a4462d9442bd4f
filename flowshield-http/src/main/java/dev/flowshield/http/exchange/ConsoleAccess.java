package dev.flowshield.http.exchange;

/** The operators who may use the console of a shield. */
public enum ConsoleAccess {
  /** Nobody; there is no console. */
  OFF,
  /**
   * Everybody on the machine of the server. A request that a proxy has passed on is from elsewhere.
   */
  LOCAL,
  /** Everybody who knows the password. Needs TLS in front of the server, or in it. */
  PASSWORD
}
