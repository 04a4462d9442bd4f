package dev.flowshield.http.spi;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.Finding;
import dev.flowshield.http.exchange.RequestInterceptor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Creates the console of a shield, in which operators see and change it. The module {@code
 * flowshield-console} has one.
 *
 * <p>Found by {@link java.util.ServiceLoader} if the setting {@code console} is not {@code off},
 * when the shield is built and at each reload. Must be a public class with a public constructor
 * without parameters.
 */
public interface ConsoleProvider {

  /**
   * Creates the console of a shield. It is called before all other interceptors.
   *
   * @param shield the shield to show. It is not complete yet, so this method only keeps it
   * @param path the path of the page, such as {@code /flowshield}, without a slash at the end
   * @param password the password of operators; null if the console is for this machine only
   * @param findings records a sign of misconfiguration for {@link HttpShield#doctor()}, once for
   *     each code
   */
  RequestInterceptor console(
      HttpShield shield,
      String path,
      @Nullable String password,
      Consumer<? super Finding> findings);
}
