package dev.flowshield.demo.cluster.server;

/**
 * The view that an instance has of the store at an instant; a line of its output.
 *
 * @param isAsked whether requests are decided by the store, and not by the share of the instance
 * @param sinceMicros the time since that last changed
 * @param instances the number of instances by which the limit is divided during an outage
 * @param withoutStore the requests that were decided by the share so far
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
