package dev.flowshield.demo.cluster.server;

/**
 * How an instance sees the store at an instant; a line of its output.
 *
 * @param isAsked whether requests are decided by the store, and not by the instance's share
 * @param sinceMicros how long that has been so
 * @param instances among how many instances the limit is shared out if the store fails
 * @param withoutStore requests that were decided by the share so far
 */
record StoreView(boolean isAsked, long sinceMicros, int instances, long withoutStore) {

  String line() {
    return isAsked + " " + sinceMicros + " " + instances + " " + withoutStore;
  }

  static StoreView parse(String line) {
    String[] parts = line.split(" ", -1);
    return new StoreView(
        Boolean.parseBoolean(parts[0]),
        Long.parseLong(parts[1]),
        Integer.parseInt(parts[2]),
        Long.parseLong(parts[3]));
  }
}
