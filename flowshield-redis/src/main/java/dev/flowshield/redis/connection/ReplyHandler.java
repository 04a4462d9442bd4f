package dev.flowshield.redis.connection;

import dev.flowshield.redis.script.ScriptReply;
import java.util.List;

/**
 * Receives the outcome of a call: one of the two methods is called once, on the thread of the
 * connection or of a timer. It must be short, and must not throw.
 */
public interface ReplyHandler {

  /** Receives one reply for each key of the call. */
  void replied(List<ScriptReply> replies);

  /** Receives the reason for which there is no reply. */
  void failed(StoreFailure failure);
}
