package dev.flowshield.examples.guide;

import dev.flowshield.RateLimiter;
import dev.flowshield.http.HttpShield;
import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Answers to questions of docs/guide.md about web applications. */
public final class WebApp {

  private WebApp() {}

  /** A query that has been parsed. */
  interface Query {

    /** Returns the largest number of fields that it will resolve. */
    int complexity();

    /** Resolves them, and returns the response. */
    String run();
  }

  // snippet: web-graphql-rows
  static HttpShield graphQl() {
    return HttpShield.builder()
        .perClient("100/s")
        .policies("POST /graphql * 5000/min cost=later:50")
        .build();
  }
  // end

  // snippet: web-graphql
  static String answer(HttpServletRequest request, Query query) {
    FlowShieldFilter.reportCost(request, query.complexity()); // 50 were reserved
    return query.run();
  }
  // end

  // snippet: web-upload
  static void store(InputStream upload, OutputStream file, String user, RateLimiter bytes)
      throws IOException, InterruptedException { // bytes: RateLimiter.of("1000000/s")
    byte[] part = new byte[16_384];
    for (int length = upload.read(part); length >= 0; length = upload.read(part)) {
      if (length > 0 && !bytes.acquire(user, length, Duration.ofSeconds(10)).isAdmitted()) {
        throw new IOException("more than ten seconds behind");
      }
      file.write(part, 0, length);
    }
  }
  // end

  // snippet: web-messages
  static void onMessage(
      String text, String user, RateLimiter messages, Consumer<String> work, IntConsumer close) {
    if (messages.tryAcquire(user)) { // messages: RateLimiter.of("20/s burst 100")
      work.accept(text);
    } else {
      close.accept(1013); // "try again later", in the registry of RFC 6455
    }
  }
  // end
}
