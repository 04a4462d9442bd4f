package dev.flowshield.management;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.ReflectionException;
import javax.management.StandardMBean;
import org.jspecify.annotations.Nullable;

/**
 * The bean of a shield with names and descriptions of its operations, for people at a console. Its
 * failures can be read by a client without classes of the application.
 */
final class DescribedMBean extends StandardMBean {

  private static final String LIMIT = "limit";
  private static final String KEY = "key";

  /** The description of each operation, and the names of its parameters. */
  private static final Map<String, List<String>> WORDS = Map.ofEntries(
      Map.entry("change", List.of("Changes a limit, as in 100/s, 5000/h", LIMIT, "rates")),
      Map.entry("changeInFlight", List.of("Holds the cap in flight", "most")),
      Map.entry("changeInFlightAuto", List.of("Lets the shield find its cap in flight")),
      Map.entry("add", List.of("Adds permits to a key", LIMIT, KEY, "permits")),
      Map.entry("reset", List.of("Restores the allowance of a key", LIMIT, KEY)),
      Map.entry("peek", List.of("Shows a key, and takes nothing", LIMIT, KEY)),
      Map.entry("block", List.of("Blocks a key", LIMIT, KEY, "seconds")),
      Map.entry("pardon", List.of("Ends the block of a key", LIMIT, "keyOrId")),
      Map.entry("pardonAll", List.of("Ends all blocks")),
      Map.entry("reload", List.of("Reads the configuration again")),
      Map.entry("keyOf", List.of("Shows the key of an address", "address")),
      Map.entry("idOf", List.of("Shows the id of a key", KEY)));

  private static final Set<String> READS = Set.of("peek", "keyOf", "idOf");

  private volatile boolean isRegistered = true;

  DescribedMBean(FlowShieldMXBean shield) {
    super(shield, FlowShieldMXBean.class, true);
  }

  /** Returns whether the bean is registered, which others may end. */
  boolean isRegistered() {
    return isRegistered;
  }

  @Override
  public void postDeregister() {
    isRegistered = false;
    super.postDeregister();
  }

  @Override
  public @Nullable Object invoke(
      String action, @Nullable Object @Nullable [] arguments, String @Nullable [] signature)
      throws MBeanException, ReflectionException {
    try {
      return super.invoke(action, arguments, signature);
    } catch (RuntimeException failure) {
      throw readable(failure);
    }
  }

  /** Returns a failure of JDK classes alone, with the message of this one. */
  private static RuntimeException readable(RuntimeException failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each.getClass().getClassLoader() != null) { // the JVM at the other end may lack it
        return new IllegalStateException(failure.toString());
      }
    }
    return failure;
  }

  @Override
  protected String getDescription(MBeanInfo info) {
    return "A shield of FlowShield: docs/management.md";
  }

  @Override
  protected String getDescription(MBeanOperationInfo info) {
    return words(info).get(0);
  }

  @Override
  protected int getImpact(MBeanOperationInfo info) {
    return READS.contains(info.getName()) ? MBeanOperationInfo.INFO : MBeanOperationInfo.ACTION;
  }

  @Override
  protected String getParameterName(
      MBeanOperationInfo info, MBeanParameterInfo parameter, int sequence) {
    return words(info).get(1 + sequence);
  }

  private static List<String> words(MBeanOperationInfo info) {
    return Objects.requireNonNull(WORDS.get(info.getName()), info.getName());
  }
}
