package dev.flowshield.http.exchange;

/**
 * The decision of a shield on a request. On {@link HttpAdmitted}, let the application run, and
 * close the admission when its work has ended. On {@link ShieldResponse}, such as a rejection,
 * write that and nothing else.
 */
public sealed interface HttpAdmission permits HttpAdmitted, ShieldResponse {}
