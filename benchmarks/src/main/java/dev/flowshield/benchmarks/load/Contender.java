package dev.flowshield.benchmarks.load;

import dev.flowshield.benchmarks.http.Shields;
import dev.flowshield.benchmarks.load.ServerProcess.Used;
import dev.flowshield.benchmarks.report.Load;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A server with a client of its own, which takes turns with others. */
final class Contender implements AutoCloseable {

  private static final int CLIENTS = 1000;
  private static final int ADMITTED_ONE_OF = 20; // in a flood

  private final String name;
  private final String difference;
  private final ServerProcess process;
  private final LoadClient client;

  private final List<Sample> turns = new ArrayList<>();
  private final Sample all = new Sample();
  private long cpuNanos;
  private long bytes;

  Contender(String name, String difference, ServerProcess process, boolean flood)
      throws IOException {
    this.name = name;
    this.difference = difference;
    this.process = process;
    this.client = new LoadClient(process.port(), requests(flood));
  }

  /**
   * Creates requests as passed on by a proxy; in a flood, almost all are for the limit that is soon
   * spent.
   */
  private static byte[][] requests(boolean flood) {
    byte[][] requests = new byte[CLIENTS][];
    for (int i = 0; i < CLIENTS; i++) {
      String path = flood && i % ADMITTED_ONE_OF != 0 ? Shields.SPENT_PATH : Shields.PLENTY_PATH;
      String text = "GET " + path + " HTTP/1.1\r\nHost: shop.example\r\n"
          + "User-Agent: load/1.0\r\nAccept: */*\r\n"
          + "X-Forwarded-For: 198.51.100.7, 203." + (i >> 8) + "." + (i & 0xff) + ".9\r\n\r\n";
      requests[i] = text.getBytes(StandardCharsets.US_ASCII);
    }
    return requests;
  }

  void warmUp(long nanos) throws IOException {
    client.ask(nanos);
  }

  void takeTurn(long nanos) throws IOException {
    Used before = process.used();
    Sample turn = client.ask(nanos);
    Used after = process.used();
    turns.add(turn);
    all.addAll(turn);
    cpuNanos += after.cpuNanos() - before.cpuNanos();
    bytes += after.bytes() - before.bytes();
  }

  /** Returns the total over all turns, compared with the bare server in the same rounds. */
  Load load(String server, Contender bare) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < turns.size(); i++) {
      ratios.add(turns.get(i).perSecond() / bare.turns.get(i).perSecond());
    }
    return new Load(
        server,
        name,
        all.perSecond(),
        all.rejectedShare(),
        all.quantileMicros(0.5),
        all.quantileMicros(0.99),
        cpuNanos / 1e3 / all.answered(),
        (double) bytes / all.answered(),
        ratios,
        difference);
  }

  @Override
  public void close() throws IOException {
    client.close();
    process.close();
  }
}
