package dev.flowshield.console;

import static dev.flowshield.console.Consoles.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.ConsoleAccess;
import dev.flowshield.servlet.FlowShieldFilter;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Undertow;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The console behind real servers, asked over real sockets. */
@Timeout(60)
class ServersTest {

  private static final String APPLICATION = "the application";

  /** A running server. */
  private record Running(int port, Runnable stop) implements AutoCloseable {
    @Override
    public void close() {
      stop.run();
    }

    /** Returns the whole answer to a request that ends the connection. */
    String ask(String request) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(10_000);
        String text = request.replace("\n", "\r\n") + "\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  /** The kinds of servers. */
  enum Server {
    UNDERTOW,
    TOMCAT;

    Running start(ConsoleAccess access) {
      HttpShield shield = HttpShield.builder()
          .perClient("1000/s")
          .operations(o -> o.console(access).consolePassword(PASSWORD))
          .build();
      return this == UNDERTOW ? undertow(shield) : tomcat(shield);
    }
  }

  private static Running undertow(HttpShield shield) {
    Undertow server = Undertow.builder()
        .addHttpListener(0, "127.0.0.1")
        .setHandler(FlowShieldHandler.protect(
            exchange -> exchange.getResponseSender().send(APPLICATION), shield))
        .build();
    server.start();
    int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    return new Running(port, server::stop);
  }

  /** Answers everything. */
  private static final class Application extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.getWriter().write(APPLICATION);
    }
  }

  private static Running tomcat(HttpShield shield) {
    try {
      Path home = Files.createTempDirectory(Path.of("target"), "tomcat");
      Tomcat tomcat = new Tomcat();
      tomcat.setBaseDir(home.toString());
      tomcat.setPort(0);
      Context context = tomcat.addContext("", null);
      context.addServletContainerInitializer(
          (classes, servlets) -> {
            servlets.addServlet("application", new Application()).addMapping("/");
            FilterRegistration.Dynamic filter =
                servlets.addFilter("shield", new FlowShieldFilter(shield));
            filter.setAsyncSupported(true);
            filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
          },
          Set.of());
      tomcat.start();
      return new Running(tomcat.getConnector().getLocalPort(), () -> {
        try {
          tomcat.stop();
          tomcat.destroy();
        } catch (LifecycleException failed) {
          throw new IllegalStateException(failed);
        }
      });
    } catch (IOException | LifecycleException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static String basic() {
    return "Authorization: Basic "
        + Base64.getEncoder().encodeToString(("x:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @EnumSource
  void hasThePageAndTheState(Server server) throws IOException {
    try (Running it = server.start(ConsoleAccess.LOCAL)) {
      assertThat(it.ask("GET /flowshield HTTP/1.1\nHost: localhost"))
          .startsWith("HTTP/1.1 200")
          .contains("X-Frame-Options: DENY", "<title>FlowShield console</title>")
          .doesNotContain("Set-Cookie");
      String state =
          it.ask("GET /flowshield/state HTTP/1.1\nHost: localhost\nSec-Fetch-Site: same-origin");
      assertThat(state).startsWith("HTTP/1.1 200").contains("Content-Type: application/json");
      String body = state.substring(state.indexOf("\r\n\r\n") + 4);
      assertThat(new ObjectMapper().readTree(body).get("v").asInt()).isEqualTo(1);
      assertThat(it.ask("HEAD /flowshield HTTP/1.1\nHost: localhost"))
          .startsWith("HTTP/1.1 200")
          .endsWith("\r\n\r\n");
    }
  }

  @ParameterizedTest
  @EnumSource
  void doesWhatAnOperatorWants(Server server) {
    try (Running it = server.start(ConsoleAccess.LOCAL)) {
      assertThat(
              it.ask(
                  "POST /flowshield/action HTTP/1.1\nHost: localhost\nContent-Length: 0\n"
                      + "Sec-Fetch-Site: same-origin\nFlowShield-Action: action=limit&limit=client&to=7%2Fs"))
          .startsWith("HTTP/1.1 200")
          .contains("limit client is 7/s now, was 1000/s");
      assertThat(it.ask("POST /flowshield/action HTTP/1.1\nHost: localhost\nContent-Length: 5\n"
                  + "\nhello")
              + it.ask("GET /flowshield/state HTTP/1.1\nHost: localhost"))
          .contains("HTTP/1.1 403", "\"rates\":[\"7/s\"]");
    }
  }

  /** What a server makes of a path is not what a guard in front of it has seen. */
  @ParameterizedTest
  @EnumSource
  void isAtItsPathAlone(Server server) {
    try (Running it = server.start(ConsoleAccess.LOCAL)) {
      for (String path : new String[] {
        "/%66lowshield/state",
        "/flowshield;x=1/state",
        "/flowshield/state;jsessionid=1",
        "/a/../flowshield/state",
        "/flowshield/./state",
        "//flowshield/state",
        "/flowshield//state",
        "/flowshield%2fstate",
        "/flowshield/%2e/state",
        "/flowshield/state%00",
        "/FlowShield/state"
      }) {
        assertThat(it.ask("GET " + path + " HTTP/1.1\nHost: localhost"))
            .as(path)
            .doesNotContain("\"shields\"");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void leavesEverythingElseToTheApplication(Server server) {
    try (Running it = server.start(ConsoleAccess.LOCAL)) {
      for (String request : new String[] {
        "GET / HTTP/1.1\nHost: localhost",
        "GET /flowshield HTTP/1.1\nHost: evil.example",
        "GET /flowshield HTTP/1.1\nHost: localhost\nX-Forwarded-For: 127.0.0.1",
        "GET /flowshield HTTP/1.1\nHost: localhost\nVia: 1.1 proxy"
      }) {
        assertThat(it.ask(request)).as(request).startsWith("HTTP/1.1 200").contains(APPLICATION);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void asksForThePassword(Server server) {
    try (Running it = server.start(ConsoleAccess.PASSWORD)) {
      assertThat(it.ask("GET /flowshield HTTP/1.1\nHost: shop.example"))
          .startsWith("HTTP/1.1 401")
          .contains("WWW-Authenticate: Basic realm=\"FlowShield\"");
      assertThat(it.ask("GET /flowshield HTTP/1.1\nHost: shop.example\n" + basic()))
          .startsWith("HTTP/1.1 200");
    }
  }

  @ParameterizedTest
  @EnumSource
  void isNotThereUnlessItIsTurnedOn(Server server) {
    try (Running it = server.start(ConsoleAccess.OFF)) {
      assertThat(it.ask("GET /flowshield HTTP/1.1\nHost: localhost")).contains(APPLICATION);
    }
  }
}
