package dev.flowshield.http;

/**
 * The answer of a shield to a request: {@link HttpAdmitted}, then let the application run and close
 * it when its work has ended; or {@link ShieldResponse}, as of a rejection, then write that and nothing
 * else.
 */
public sealed interface HttpAdmission permits HttpAdmitted, ShieldResponse {}
