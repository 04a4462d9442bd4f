/** Puts the shield before a web application that has a configuration and no code for it. */
module dev.flowshield.servlet.auto {
  requires dev.flowshield.servlet;
  requires static org.jspecify;

  provides jakarta.servlet.ServletContainerInitializer with
      dev.flowshield.servlet.auto.FlowShieldInitializer;
}
