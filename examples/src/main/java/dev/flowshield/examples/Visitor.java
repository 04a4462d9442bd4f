package dev.flowshield.examples;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A client of the servers in the examples, more eager than they allow. */
final class Visitor {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private Visitor() {}

  /** Sends three requests, and prints the responses. */
  static void visit(int port) throws IOException, InterruptedException {
    for (int visit = 1; visit <= 3; visit++) {
      HttpResponse<String> answer = send(port, "/");
      System.out.println(answer.statusCode() + " " + answer.body());
    }
  }

  /** Returns the body at a path. */
  static String get(int port, String path) throws IOException, InterruptedException {
    return send(port, path).body();
  }

  private static HttpResponse<String> send(int port, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
