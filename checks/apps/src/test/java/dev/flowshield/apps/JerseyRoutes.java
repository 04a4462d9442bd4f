package dev.flowshield.apps;

import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityPart;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** The routes of the shop in Jersey, which speaks JSON. */
@Path("/")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
public final class JerseyRoutes {

  private static final String USER = "user";

  private final Shop shop;

  JerseyRoutes(Shop shop) {
    this.shop = shop;
  }

  @GET
  @Produces("text/html; charset=utf-8")
  public String home() {
    return Shop.page("Shop");
  }

  @GET
  @Path("items/{id}")
  public Map<String, String> item(@PathParam("id") String id) {
    if (!Shop.has(id)) {
      throw new NoSuchElementException(id);
    }
    return Map.of("item", id);
  }

  @POST
  @Path("items")
  public Response create(@FormParam("name") String name) {
    return name.isEmpty()
        ? Response.status(422).entity(Map.of("missing", "name")).build()
        : seeOther("/items/8");
  }

  @POST
  @Path("login")
  public Response logIn(
      @FormParam(USER) String user,
      @FormParam("password") String password,
      @Context HttpServletRequest request) {
    if (!Shop.knows(user, password)) {
      return unauthorized();
    }
    request.getSession().setAttribute(USER, user);
    return seeOther("/account");
  }

  @GET
  @Path("account")
  public Response account(@Context HttpServletRequest request) {
    HttpSession session = request.getSession(false);
    return session == null
        ? unauthorized()
        : Response.ok(Map.of(USER, session.getAttribute(USER))).build();
  }

  @POST
  @Path("upload")
  @Produces(MediaType.TEXT_PLAIN)
  public String upload(List<EntityPart> parts) throws IOException {
    EntityPart file = parts.get(0);
    try (InputStream content = file.getContent()) {
      return Shop.received(file.getFileName().orElseThrow(), content.readAllBytes());
    }
  }

  @GET
  @Path("later")
  public void later(@Suspended AsyncResponse response) {
    shop.later(() -> response.resume(Map.of("it is", "later")));
  }

  @GET
  @Path("stream")
  @Produces(MediaType.TEXT_PLAIN)
  public StreamingOutput stream() {
    return body -> {
      for (int i = 0; i < Shop.CHUNKS; i++) {
        body.write(Shop.CHUNK.getBytes(StandardCharsets.US_ASCII));
        body.flush();
      }
    };
  }

  @GET
  @Path("events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public void events(@Context SseEventSink events, @Context Sse sse) throws IOException {
    try (events) {
      for (int i = 1; i <= Shop.EVENTS; i++) {
        events.send(sse.newEvent("event " + i));
      }
    }
  }

  @GET
  @Path("ticks")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public void ticks(@Context SseEventSink events, @Context Sse sse) {
    shop.repeat(() -> send(events, sse, "tick"));
  }

  @GET
  @Path("old")
  public Response old() {
    return Response.status(Response.Status.FOUND).location(URI.create("/")).build();
  }

  @GET
  @Path("broken")
  public String broken() {
    return shop.fail();
  }

  /** Whether it could be sent. */
  private static boolean send(SseEventSink events, Sse sse, String data) {
    if (events.isClosed()) {
      return false;
    }
    return !events.send(sse.newEvent(data)).toCompletableFuture().isCompletedExceptionally();
  }

  private static Response unauthorized() {
    return Response.status(Response.Status.UNAUTHORIZED)
        .entity(Map.of("log", "in"))
        .build();
  }

  private static Response seeOther(String path) {
    return Response.seeOther(URI.create(path)).build();
  }

  /** What is answered where an item is asked for that is not there. */
  public static final class NoSuchItem implements ExceptionMapper<NoSuchElementException> {

    /** For Jersey. */
    public NoSuchItem() {}

    @Override
    public Response toResponse(NoSuchElementException missing) {
      return Response.status(Response.Status.NOT_FOUND)
          .type(MediaType.APPLICATION_JSON)
          .entity(Map.of("no such item", String.valueOf(missing.getMessage())))
          .build();
    }
  }
}
