/** The protection of a web application that configures the shield but has no code for it. */
module dev.flowshield.servlet.auto {
  requires dev.flowshield.servlet;
  requires static org.jspecify;

  provides jakarta.servlet.ServletContainerInitializer with
      dev.flowshield.servlet.auto.FlowShieldInitializer;
}
