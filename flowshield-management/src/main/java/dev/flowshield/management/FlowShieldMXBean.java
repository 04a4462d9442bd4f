package dev.flowshield.management;

import java.util.List;
import java.util.Map;

/**
 * A shield in JMX: its numbers as attributes, its parts as tables, and operations that change it
 * while it works.
 *
 * <p>All types are open types, so a client such as jconsole needs no class of FlowShield. Each
 * count only rises. A cap that is absent is -1. Attributes about HTTP are empty or 0 for a shield
 * without HTTP, and attributes about overload for a shield that does not find its cap by itself.
 *
 * <p>Each operation that changes something is one line of the logger {@code dev.flowshield.audit}.
 * An argument that is not possible fails with the message of the shield, and changes nothing.
 *
 * <p><b>Keys.</b> An operation takes the key that a limit counts by. A shield over HTTP also takes
 * the address of a client in any notation.
 */
public interface FlowShieldMXBean {

  /** Returns the name of the shield. */
  String getName();

  /** Returns the active settings in one line; for a shield without HTTP, its limits. */
  String getDescription();

  /** Returns whether the shield does anything. */
  boolean isEnabled();

  /** Returns the admitted requests. */
  long getAdmitted();

  /** Returns the requests rejected because a rate limit was spent. */
  long getOverLimit();

  /** Returns the requests rejected because their key was blocked. */
  long getBlocked();

  /** Returns the requests rejected because a store did not answer. */
  long getUnavailable();

  /** Returns the requests rejected because the server was full. */
  long getShed();

  /** Returns the sheddable requests among {@link #getShed}. */
  long getShedSheddable();

  /** Returns the requests of the default criticality among {@link #getShed}. */
  long getShedDefault();

  /** Returns the critical requests among {@link #getShed}. */
  long getShedCritical();

  /** Returns the admitted requests that a shadow cap would have shed. */
  long getWouldShed();

  /** Returns the requests rejected because their client or path is denied. */
  long getDenied();

  /** Returns the admitted requests that ended as failed. */
  long getFailed();

  /** Returns the admitted requests that ended as ignored, because the client left. */
  long getIgnored();

  /** Returns the admitted requests that have not ended. */
  int getInFlight();

  /** Returns the cap on requests in flight. */
  int getInFlightLimit();

  /** Returns whether the shield finds that cap by itself now. */
  boolean isInFlightAuto();

  /** Returns the requests that wait now. */
  int getWaiting();

  /** Returns the requests that had to wait and do so no more. */
  long getWaited();

  /** Returns the sum of all waits. */
  double getTotalWaitMillis();

  /** Returns the longest wait. */
  double getLongestWaitMillis();

  /** Returns the requests rejected because too many others waited. */
  long getQueueFull();

  /** Returns the admissions that were collected as garbage unclosed. */
  long getLeaked();

  /** Returns the rejections without an event of their own for a listener. */
  long getSuppressed();

  /** Returns the calls of listeners that failed. */
  long getListenerFailures();

  /** Returns the time since the shield was built. */
  long getUptimeMillis();

  /** Returns the pressure on the server: {@code NORMAL}, {@code ELEVATED} or {@code EXTREME}. */
  String getPressure();

  /** Returns the work that ends in a second. */
  double getPerSecond();

  /** Returns the latency of work that waits for nothing; 0 while it is not known. */
  double getLatencyMillis();

  /** Returns the cap on work in flight for sheddable requests. */
  int getInFlightLimitSheddable();

  /** Returns the cap on work in flight for requests of the default criticality. */
  int getInFlightLimitDefault();

  /** Returns the cap on work in flight for critical requests. */
  int getInFlightLimitCritical();

  /** Returns the evidence that the server is overloaded, as in {@code PROCESSORS}. */
  String getOverloadEvidence();

  /** Returns an explanation of the cap, for people. */
  String getOverloadExplanation();

  /** Returns the open streams. */
  int getStreamsOpen();

  /** Returns the cap on open streams. */
  int getStreamsLimit();

  /** Returns the cap on open streams of each client. */
  int getStreamsLimitPerClient();

  /** Returns the clients with open streams. */
  int getStreamsClients();

  /** Returns the streams without room because of their client. */
  long getStreamsOverLimit();

  /** Returns the streams without room because of all clients together. */
  long getStreamsShed();

  /** Returns the limits by their names, in the order in which they were added. */
  Map<String, LimitRow> getLimits();

  /**
   * Returns the 20 keys that are rejected most, in descending order, and how often: by the id of
   * the key, or by the key if the shield shows keys.
   */
  Map<String, Long> getTopRejected();

  /** Returns the 50 keys that are blocked for longest, or that blocks still count against. */
  List<PenaltyRow> getPenalties();

  /** Returns the signs of misconfiguration: a code, as in {@code FS101}, and a text. */
  List<String> getFindings();

  /** Returns the policies as rows of text, in the order of their evaluation. */
  List<String> getPolicies();

  /** Returns the stores of limits: {@code default}, and then {@code 2}, {@code 3} and so on. */
  Map<String, StoreRow> getStores();

  /**
   * Changes the rates of a limit, until the restart or a reload.
   *
   * @param limit the name of the limit
   * @param text such as {@code 200/s} or {@code 100/s, 5000/h}
   * @return the old rates and the new ones
   */
  String change(String limit, String text);

  /**
   * Holds the cap on work in flight at a number, until the restart or a reload.
   *
   * @return the old cap and the new one
   */
  String changeInFlight(int most);

  /**
   * Lets the shield find its cap by itself again.
   *
   * @return the old cap and the new one
   */
  String changeInFlightAuto();

  /**
   * Adds permits to those that a key has left, up to the burst.
   *
   * @param key empty for a limit for all together
   * @return the permits before and after
   */
  String add(String limit, String key, long permits);

  /**
   * Restores the whole allowance of a key.
   *
   * @param key empty for a limit for all together
   * @return the permits before and after
   */
  String reset(String limit, String key);

  /**
   * Returns the state of a key. Takes nothing.
   *
   * @param key empty for a limit for all together
   */
  KeyRow peek(String limit, String key);

  /**
   * Blocks a key by the penalty of a limit.
   *
   * @return the block before and after
   */
  String block(String limit, String key, long seconds);

  /**
   * Forgets all breaches and blocks of a key.
   *
   * @param keyOrId the key, or its id of 16 hex digits
   * @return the block before and after
   */
  String pardon(String limit, String keyOrId);

  /**
   * Forgets all breaches and blocks of all keys.
   *
   * @return the penalties before and after
   */
  String pardonAll();

  /**
   * Reads the configuration again and applies it.
   *
   * @return the changes, a line each
   */
  List<String> reload();

  /** Returns the key that counts the client with an address. */
  String keyOf(String address);

  /** Returns the id by which tables, logs and events show a key. */
  String idOf(String key);

  /** A limit, and its counts. */
  interface LimitRow {

    /** Returns whether it counts {@code together} or {@code each} key by itself. */
    String getScope();

    /** Returns its rates as they are now. */
    String getRates();

    /** Returns the most permits that any span of one period can admit, for each rate in turn. */
    List<Long> getWorstCases();

    /** Returns the limiter that keeps it. */
    String getLimiter();

    /** Returns whether it only counts the requests that it would reject. */
    boolean isShadow();

    /** Returns the admitted requests that were charged to it. */
    long getAdmitted();

    /** Returns the permits that these took. */
    long getPermitsTaken();

    /** Returns the permits that were returned unused. */
    long getPermitsReturned();

    /** Returns the permits that were used beyond the estimate. */
    long getPermitsBeyondEstimate();

    /** Returns the requests that it rejected. */
    long getRejected();

    /** Returns the requests rejected because it had blocked their key. */
    long getBlocked();

    /** Returns the requests rejected because its store did not answer. */
    long getUnavailable();

    /** Returns the keys in memory. */
    long getKeys();

    /** Returns the number of keys that certainly have an allowance of their own. */
    long getMaxKeys();

    /** Returns the largest number of keys in memory. */
    long getSlots();

    /** Returns the admissions from a shared allowance, because the table was full. */
    long getOverflowed();

    /** Returns the name of its store in the table of stores; empty without one. */
    String getStore();
  }

  /** A key that is blocked, or that blocks still count against. */
  interface PenaltyRow {

    /** Returns the name of the limit. */
    String getLimit();

    /** Returns the id of the key. */
    String getKey();

    /** Returns the rest of the block; 0 if it is over. */
    long getBlockedForMillis();

    /** Returns the number of blocks that still count. */
    int getLevel();
  }

  /** A store of limits. */
  interface StoreRow {

    /** Returns whether the store decides now, rather than each instance. */
    boolean isAvailable();

    /** Returns the reason why the store is not used; empty while it is available. */
    String getReason();

    /** Returns the time since the availability last changed. */
    long getStateMillis();

    /** Returns the number of times that it became unavailable. */
    long getOutages();

    /** Returns the requests that it has answered. */
    long getAnswered();

    /** Returns the requests to it that failed. */
    long getFailed();

    /** Returns the requests that were decided without it. */
    long getWithoutStore();

    /** Returns the number of instances by which a limit is divided during an outage. */
    int getInstances();
  }

  /** The state of a key by one limit. */
  interface KeyRow {

    /** Returns the id of the key. */
    String getId();

    /** Returns whether the limit would admit one request now; false while the key is blocked. */
    boolean isAdmitted();

    /** Returns the permits left. */
    long getRemaining();

    /** Returns the wait until the limit admits one request. */
    double getRetryAfterMillis();

    /** Returns the rest of its block; 0 if it is not blocked. */
    long getBlockedForMillis();

    /** Returns the number of blocks that still count against it. */
    int getLevel();
  }
}
