package dev.flowshield.console;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.http.exchange.Finding;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.testkit.ManualTicker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A console of a shield whose time is turned by hand. */
final class Consoles {

  static final String PASSWORD = "correct horse battery";

  final ManualTicker ticker = ManualTicker.atZero();
  final List<Finding> findings = new ArrayList<>();
  final HttpShield shield;
  final Console console;

  Consoles(@Nullable String password) {
    this(
        password,
        HttpShield.builder().perClient("100/s").clients(c -> c.trustedProxies("10.0.0.0/8")));
  }

  Consoles(@Nullable String password, HttpShieldBuilder builder) {
    this.shield = builder.operations(o -> o.ticker(ticker)).build();
    this.console = new Console(shield, "/flowshield", password, findings::add, ticker);
  }

  /** The status of the answer; 0 if the application is to answer. */
  int status(Asked request) {
    ShieldResponse response = console.answer(request);
    return response == null ? 0 : response.status();
  }

  /** The body of the answer; empty if the application is to answer. */
  String body(Asked request) {
    ShieldResponse response = console.answer(request);
    return response == null ? "" : new String(response.body(), StandardCharsets.UTF_8);
  }
}
