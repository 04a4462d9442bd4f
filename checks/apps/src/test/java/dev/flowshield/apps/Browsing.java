package dev.flowshield.apps;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The way of one visitor through the whole shop. The statuses are those that the applications mean
 * to answer, so that none is compared that has a route missing.
 */
final class Browsing {

  private static final int UPLOADED = 300_000;
  private static final String LAST_BYTES = "bytes=-5";

  private final Visitor visitor;

  Browsing(Visitor visitor) {
    this.visitor = visitor;
  }

  /** All but the web socket. */
  void browse() throws Exception {
    pages();
    forms();
    accounts();
    files("/static/");
    files("/download/");
    uploads();
    streams();
  }

  private void pages() throws Exception {
    visitor.get("/").is(200);
    visitor.send("HEAD", "/").is(200);
    visitor.get("/items/7").is(200);
    visitor.get("/items/7?for=%E2%82%AC&q=a+b").is(200);
    visitor.send("HEAD", "/items/7").is(200);
    visitor.send("DELETE", "/items/7").is(405);
    visitor.send("OPTIONS", "/items/7"); // each has its own answer
    visitor.get("/items/none").is(404);
    visitor.get("/nowhere").is(404);
    visitor.get("/old").is(302);
    visitor.get("/broken").is(500);
  }

  private void forms() throws Exception {
    Seen created = visitor.post("/items", "name=green+tea&price=%E2%82%AC+3").is(303);
    visitor.get(URI.create(created.values("location").get(0)).getPath()).is(200);
    visitor.post("/items", "name=").is(422);
  }

  private void accounts() throws Exception {
    visitor.get("/account").is(401);
    logIn(visitor, "wrong").is(401);
    logIn(visitor, "secret").is(303);
    visitor.get("/account").is(200);
  }

  /** Logs in with a password. */
  static Seen logIn(Visitor visitor, String password) throws Exception {
    return visitor.post("/login", "user=alice&password=" + password);
  }

  private void files(String folder) throws Exception {
    Seen whole = visitor.get(folder + "site.css").is(200);
    visitor.send("HEAD", folder + "site.css").is(200);
    for (String modified : whole.values("last-modified")) {
      visitor.get(folder + "site.css", "If-Modified-Since", modified).is(304);
    }
    for (String tag : whole.values("etag")) {
      visitor.get(folder + "site.css", "If-None-Match", tag).is(304);
    }
    visitor.get(folder + "site.css", "Range", "bytes=5-9").is(206);
    visitor.get(folder + "large.bin", "Range", "bytes=1000000-2000000").is(206);
    visitor
        .get(folder + "large.bin", "Range", "bytes=" + (Shop.LARGE_LENGTH - 9) + "-")
        .is(206);
    visitor.get(folder + "site.css", "Range", LAST_BYTES); // Vert.x sends all
    visitor.get(folder + "large.bin", "Range", "bytes=99999999-").is(416);
    visitor.get(folder + "missing.css").is(404);
  }

  private void uploads() throws Exception {
    visitor.upload("/upload", UPLOADED).is(200);
    visitor.uploadWhenAsked("/upload", UPLOADED).is(200);
  }

  private void streams() throws Exception {
    visitor.get("/later").is(200);
    visitor.get("/stream").is(200);
    visitor.get("/stream", "Accept-Encoding", "gzip").is(200);
    visitor.get("/events", "Accept", "text/event-stream").is(200);
  }

  /** A request of each kind, whatever they are answered with. */
  List<Seen> eachKindOfRequest() throws Exception {
    List<Seen> all = new ArrayList<>();
    for (String path : List.of(
        "/",
        "/items/7",
        "/nowhere",
        "/static/site.css",
        "/download/large.bin",
        "/later",
        "/stream",
        "/events",
        "/ticks",
        "/account",
        "/old",
        "/broken")) {
      all.add(visitor.get(path));
    }
    all.add(visitor.send("HEAD", "/"));
    all.add(visitor.get("/static/site.css", "Range", LAST_BYTES));
    all.add(visitor.postUntilAnswered("/items", "name=tea"));
    all.add(visitor.postUntilAnswered("/login", "user=alice&password=secret"));
    return all;
  }

  /**
   * Begins what takes long, and is gone before it ends. Each time as another visitor: this client
   * never gives back the room of an HTTP/2 connection for what came on a stream that it has reset.
   */
  static void giveUpEverywhere(Supplier<Visitor> visitors) throws Exception {
    for (String path : List.of("/static/large.bin", "/download/large.bin", "/ticks")) {
      arrived(visitors).abandon(path);
    }
    arrived(visitors).abandonUpload("/upload", UPLOADED);
  }

  /** Over HTTP/2 only the second request is no upgrade. */
  private static Visitor arrived(Supplier<Visitor> visitors) throws Exception {
    Visitor visitor = visitors.get();
    visitor.get("/").is(200);
    return visitor;
  }
}
