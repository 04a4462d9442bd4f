package dev.flowshield.contract;

import dev.flowshield.contract.GoneClient.Protocol;
import java.util.List;

/** The kinds of answers that a client may leave. */
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

  /** When a client goes. */
  enum Moment {
    /** In the head of its request. */
    HALF_A_HEAD,
    /** In the body of its request. */
    HALF_A_BODY,
    /** Before it has read anything, so perhaps in the head of the answer. */
    HEAD,
    /** In the body of the answer. */
    BODY,
    /** After the server has left HTTP, or in what it pushes. */
    MORE,
    /** While the work is done for some of its requests, and the others wait. */
    WORK
  }

  private final String path;

  ResponseKind(String path) {
    this.path = path;
  }

  String path() {
    return path;
  }

  /** The headers of a request for it. */
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

  /** Whether there is such an answer over this version of HTTP. */
  boolean isOver(Protocol protocol) {
    return switch (this) {
      case PUSH -> protocol == Protocol.HTTP_2;
      case UPGRADE -> protocol == Protocol.HTTP_1;
      default -> true;
    };
  }

  /** When a client may go that asks for it. */
  List<Moment> moments() {
    return switch (this) {
      case BODY_OF_A_REQUEST -> List.of(Moment.HALF_A_HEAD, Moment.HALF_A_BODY);
      case BLOCKING_WORK, ASYNCHRONOUS_WORK -> List.of(Moment.WORK);
      case PUSH, UPGRADE -> List.of(Moment.HEAD, Moment.MORE);
      default -> List.of(Moment.HEAD, Moment.BODY);
    };
  }
}
