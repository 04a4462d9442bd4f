package dev.flowshield.apps;

import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.SessionAttribute;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** The routes of the shop in Spring Web MVC. */
@RestController
class SpringRoutes {

  private static final String USER = "user";

  private final Shop shop;

  SpringRoutes(Shop shop) {
    this.shop = shop;
  }

  @GetMapping("/")
  ResponseEntity<String> home() {
    return page(200, "Shop");
  }

  @GetMapping("/items/{id}")
  ResponseEntity<String> item(@PathVariable("id") String id) {
    if (!Shop.has(id)) {
      throw new ResponseStatusException(HttpStatusCode.valueOf(404), "no such item");
    }
    return page(200, "Item " + id);
  }

  @PostMapping("/items")
  ResponseEntity<String> create(@RequestParam("name") String name) {
    return name.isEmpty() ? page(422, "A name is missing") : seeOther("/items/8");
  }

  @PostMapping("/login")
  ResponseEntity<String> logIn(
      @RequestParam(USER) String user,
      @RequestParam("password") String password,
      HttpSession session) {
    if (!Shop.knows(user, password)) {
      return page(401, "Try again");
    }
    session.setAttribute(USER, user);
    return seeOther("/account");
  }

  @GetMapping("/account")
  ResponseEntity<String> account(
      @SessionAttribute(name = USER, required = false) @Nullable String user) {
    return user == null ? page(401, "Log in") : page(200, "Account of " + user);
  }

  @PostMapping("/upload")
  String upload(@RequestParam("file") MultipartFile file) throws IOException {
    return Shop.received("" + file.getOriginalFilename(), file.getBytes());
  }

  @GetMapping("/download/{name}")
  ResponseEntity<Resource> download(@PathVariable("name") String name) {
    Resource file = new FileSystemResource(shop.files().resolve(name));
    if (!file.exists()) {
      return ResponseEntity.notFound().build();
    }
    return ResponseEntity.ok()
        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment")
        .eTag(name)
        .contentType(MediaType.APPLICATION_OCTET_STREAM)
        .body(file);
  }

  @GetMapping("/later")
  DeferredResult<ResponseEntity<String>> later() {
    DeferredResult<ResponseEntity<String>> result = new DeferredResult<>();
    shop.later(() -> result.setResult(page(200, "Later")));
    return result;
  }

  @GetMapping("/stream")
  StreamingResponseBody stream() {
    return body -> {
      for (int i = 0; i < Shop.CHUNKS; i++) {
        body.write(Shop.CHUNK.getBytes(StandardCharsets.US_ASCII));
        body.flush();
      }
    };
  }

  @GetMapping("/events")
  SseEmitter events() {
    SseEmitter events = new SseEmitter();
    AtomicInteger sent = new AtomicInteger();
    shop.repeat(() -> {
      if (sent.incrementAndGet() <= Shop.EVENTS) {
        return send(events, "event " + sent);
      }
      events.complete();
      return false;
    });
    return events;
  }

  @GetMapping("/ticks")
  SseEmitter ticks() {
    SseEmitter events = new SseEmitter();
    shop.repeat(() -> send(events, "tick"));
    return events;
  }

  @GetMapping("/broken")
  String broken() {
    return shop.fail();
  }

  /** Whether it could be sent. If not, the container says so to the emitter, too. */
  private static boolean send(SseEmitter events, String data) {
    try {
      events.send(data);
      return true;
    } catch (IOException | IllegalStateException gone) {
      return false;
    }
  }

  private static ResponseEntity<String> page(int status, String title) {
    return ResponseEntity.status(status)
        .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
        .body(Shop.page(title));
  }

  private static ResponseEntity<String> seeOther(String path) {
    return ResponseEntity.status(303).location(URI.create(path)).build();
  }
}
