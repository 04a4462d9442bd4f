/** A page on which operators see and change a shield. */
module dev.flowshield.console {
  requires dev.flowshield.http;
  requires static org.jspecify;

  provides dev.flowshield.http.spi.ConsoleProvider with
      dev.flowshield.console.ShieldConsoleProvider;
}
