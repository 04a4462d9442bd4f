package dev.flowshield.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Commands to a server in its own protocol, for what the client of the store has no words for. */
final class Resp {

  private Resp() {}

  static Object ask(Socket socket, String... words) throws IOException {
    StringBuilder text = new StringBuilder("*").append(words.length).append("\r\n");
    for (String word : words) {
      text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
    return answer(new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1)));
  }

  private static Object answer(BufferedReader in) throws IOException {
    String line = in.readLine();
    if (line == null) {
      throw new IOException("no answer");
    }
    String rest = line.substring(1);
    switch (line.charAt(0)) {
      case '+' -> {
        return rest;
      }
      case ':' -> {
        return Long.parseLong(rest);
      }
      case '-' -> throw new IllegalStateException(rest);
      case '$' -> {
        return text(in, Integer.parseInt(rest));
      }
      default -> {
        List<Object> list = new ArrayList<>();
        for (int i = Integer.parseInt(rest); i > 0; i--) {
          list.add(answer(in));
        }
        return list;
      }
    }
  }

  private static String text(BufferedReader in, int length) throws IOException {
    if (length < 0) {
      return "";
    }
    char[] text = new char[length];
    for (int at = 0; at < length; ) {
      int read = in.read(text, at, length - at);
      if (read < 0) {
        throw new IOException("no answer");
      }
      at += read;
    }
    in.readLine();
    return new String(text);
  }
}
