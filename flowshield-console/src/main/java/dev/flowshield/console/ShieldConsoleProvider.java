package dev.flowshield.console;

import dev.flowshield.Ticker;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.Finding;
import dev.flowshield.http.exchange.RequestInterceptor;
import dev.flowshield.http.spi.ConsoleProvider;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Creates the console of a shield. Found by {@link java.util.ServiceLoader}. */
public final class ShieldConsoleProvider implements ConsoleProvider {

  /** Creates the provider. For {@code ServiceLoader}. */
  public ShieldConsoleProvider() {}

  @Override
  public RequestInterceptor console(
      HttpShield shield,
      String path,
      @Nullable String password,
      Consumer<? super Finding> findings) {
    return new Console(shield, path, password, findings, Ticker.system());
  }
}
