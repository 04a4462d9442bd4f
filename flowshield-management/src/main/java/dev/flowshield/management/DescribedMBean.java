package dev.flowshield.management;

import static javax.management.MBeanOperationInfo.ACTION;
import static javax.management.MBeanOperationInfo.INFO;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.ReflectionException;
import javax.management.RuntimeMBeanException;
import javax.management.StandardMBean;
import org.jspecify.annotations.Nullable;

/**
 * The bean of a shield with names and descriptions of its operations, for people at a console. Its
 * failures can be read by a client without classes of the application.
 */
final class DescribedMBean extends StandardMBean {

  /** An operation in words. */
  private record Operation(int impact, String description, List<String> parameters) {

    static Operation of(int impact, String description, String... parameters) {
      return new Operation(impact, description, List.of(parameters));
    }
  }

  private static final String LIMIT = "limit";
  private static final String KEY = "key";

  private static final Map<String, Operation> OPERATIONS = Map.ofEntries(
      Map.entry(
          "change",
          Operation.of(
              ACTION, "Changes the rates of a limit, as in 100/s, 5000/h", LIMIT, "rates")),
      Map.entry("changeInFlight", Operation.of(ACTION, "Holds the cap in flight", "most")),
      Map.entry(
          "changeInFlightAuto", Operation.of(ACTION, "Lets the shield find its cap in flight")),
      Map.entry("add", Operation.of(ACTION, "Adds permits to a key", LIMIT, KEY, "permits")),
      Map.entry("reset", Operation.of(ACTION, "Restores the allowance of a key", LIMIT, KEY)),
      Map.entry("peek", Operation.of(INFO, "Shows a key, and takes nothing", LIMIT, KEY)),
      Map.entry("block", Operation.of(ACTION, "Blocks a key", LIMIT, KEY, "seconds")),
      Map.entry("pardon", Operation.of(ACTION, "Ends the block of a key", LIMIT, "keyOrId")),
      Map.entry("pardonAll", Operation.of(ACTION, "Ends all blocks")),
      Map.entry("reload", Operation.of(ACTION, "Reads the configuration again")),
      Map.entry("keyOf", Operation.of(INFO, "Shows the key of an address", "address")),
      Map.entry("idOf", Operation.of(INFO, "Shows the id of a key", KEY)));

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
    } catch (RuntimeMBeanException failure) {
      throw readable(failure);
    }
  }

  /** Returns a failure of JDK classes alone, with the message of this one. */
  private static RuntimeMBeanException readable(RuntimeMBeanException failure) {
    RuntimeException cause = failure.getTargetException();
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each.getClass().getClassLoader() != null) { // the JVM may lack it at the other end
        return new RuntimeMBeanException(new IllegalStateException(cause.toString()));
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
    return operation(info).description();
  }

  @Override
  protected int getImpact(MBeanOperationInfo info) {
    return operation(info).impact();
  }

  @Override
  protected String getParameterName(
      MBeanOperationInfo info, MBeanParameterInfo parameter, int sequence) {
    return operation(info).parameters().get(sequence);
  }

  private static Operation operation(MBeanOperationInfo info) {
    return Objects.requireNonNull(OPERATIONS.get(info.getName()), info.getName());
  }
}
