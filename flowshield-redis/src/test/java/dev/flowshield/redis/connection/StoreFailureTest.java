package dev.flowshield.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.RedisProtocolException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class StoreFailureTest {

  private static String reason(Throwable failure) {
    return StoreFailure.of(failure).reason();
  }

  private static RedisCommandExecutionException error(String message) {
    return new RedisCommandExecutionException(message);
  }

  @Test
  void tellsErrorsOfTheServerByTheirWord() {
    assertThat(reason(error("OOM command not allowed"))).isEqualTo("OOM");
    assertThat(reason(error("ERR Error running script (call to f_1): -READONLY You can't write")))
        .isEqualTo("READONLY");
    assertThat(
            reason(error("ERR ACL failure in script: User x has no permissions to run the 'get'")))
        .isEqualTo("NOPERM");
    assertThat(reason(error("ERR The user executing the script can't run this command")))
        .isEqualTo("NOPERM");
    assertThat(reason(error("ERR BOOMING"))).isEqualTo("error");
    assertThat(reason(error("garbled"))).isEqualTo("error");
  }

  @Test
  void findsWhatCausedAFailureToConnect() {
    assertThat(reason(new RedisConnectionException(
            "Unable to connect to host:1", error("WRONGPASS invalid username-password pair"))))
        .isEqualTo("WRONGPASS");
    assertThat(reason(new CompletionException(new RedisConnectionException(
            "Unable to connect", new IOException(new SSLHandshakeException("no path"))))))
        .isEqualTo("TLS");
    assertThat(reason(new RedisConnectionException("no", new UnknownHostException("host"))))
        .isEqualTo("unknown-host");
    assertThat(reason(new RedisConnectionException("no", new ConnectException("refused"))))
        .isEqualTo("disconnected");
    RedisException ofAll = new RedisException("Cannot retrieve partitions");
    ofAll.addSuppressed(new ConnectException("refused"));
    ofAll.addSuppressed(new RedisConnectionException("no", error("NOAUTH HELLO must be called")));
    assertThat(reason(ofAll)).isEqualTo("NOAUTH");
  }

  @Test
  void tellsTimeFromRepliesThatAreNone() {
    assertThat(reason(new TimeoutException())).isEqualTo("timeout");
    assertThat(reason(new RedisCommandTimeoutException("late"))).isEqualTo("timeout");
    assertThat(reason(new UnsupportedOperationException("set(long)"))).isEqualTo("malformed");
    assertThat(reason(new ClassCastException())).isEqualTo("malformed");
    assertThat(reason(new RedisProtocolException("Invalid first byte"))).isEqualTo("malformed");
    assertThat(reason(new RedisException("Request queue size exceeded: 4096")))
        .isEqualTo("overloaded");
  }

  @Test
  void isNotLostInCausesThatFormARing() {
    IOException one = new IOException("one");
    IOException other = new IOException("other", one);
    one.initCause(other);
    assertThat(reason(one)).isEqualTo("disconnected");
  }
}
