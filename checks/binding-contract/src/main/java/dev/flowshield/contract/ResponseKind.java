package dev.flowshield.contract;

import dev.flowshield.contract.GoneClient.Protocol;
import java.util.List;

/** The kinds of responses from which a client may go away. */
enum ResponseKind {
  BUFFERED("/large"),
  STREAMED("/stream"),
  STREAMED_WITHOUT_BLOCKING("/chunks"),
  FILE("/file"),
  RANGE_OF_A_FILE("/file"),
  EVENTS("/events"),
  BODY_OF_A_REQUEST("/echo"),
  BLOCKING_WORK("/slow"),
  ASYNCHRONOUS_WORK("/async"),
  PUSH("/push"),
  UPGRADE("/upgrade");

  /** The moment at which a client goes away. */
  enum Moment {
    /** Within the head of its request. */
    HALF_A_HEAD,
    /** Within the body of its request. */
    HALF_A_BODY,
    /** Before it has read anything, so possibly within the head of the response. */
    HEAD,
    /** Within the body of the response. */
    BODY,
    /** After the server has left HTTP, or within a pushed response. */
    MORE,
    /** While some of its requests are processed and the others wait. */
    WORK
  }

  private final String path;

  ResponseKind(String path) {
    this.path = path;
  }

  String path() {
    return path;
  }

  /** Returns the headers of a request for this kind. */
  String[] headers() {
    return switch (this) {
      case RANGE_OF_A_FILE -> new String[] {"Range: bytes=1000-"};
      case UPGRADE ->
        new String[] {
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        };
      default -> new String[0];
    };
  }

  /** Returns whether this kind exists over this version of HTTP. */
  boolean isOver(Protocol protocol) {
    return switch (this) {
      case PUSH -> protocol == Protocol.HTTP_2;
      case UPGRADE -> protocol == Protocol.HTTP_1;
      default -> true;
    };
  }

  /** Returns the moments at which a client of this kind may go away. */
  List<Moment> moments() {
    return switch (this) {
      case BODY_OF_A_REQUEST -> List.of(Moment.HALF_A_HEAD, Moment.HALF_A_BODY);
      case BLOCKING_WORK, ASYNCHRONOUS_WORK -> List.of(Moment.WORK);
      case PUSH, UPGRADE -> List.of(Moment.HEAD, Moment.MORE);
      default -> List.of(Moment.HEAD, Moment.BODY);
    };
  }
}
