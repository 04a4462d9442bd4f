package dev.flowshield.management;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.http.HttpShield;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * A shield in the MBean server of the platform, until it is closed.
 *
 * <pre>{@code
 * HttpShield shield = HttpShield.fromConfiguration();
 * FlowShieldMBeans bean = FlowShieldMBeans.register(shield); // close it with the application
 * }</pre>
 *
 * <p>The name is {@code dev.flowshield:type=FlowShield,name="default"}, with the name of the
 * shield. {@link FlowShieldMXBean} has the attributes and operations. Whoever may use JMX in this
 * process may change the shield; each change is one line of the logger {@code
 * dev.flowshield.audit}.
 *
 * <p><b>Cost.</b> Requests cost nothing more. No port, thread or file is opened.
 *
 * <p>Thread-safe. Keeps the shield alive until it is closed.
 */
public final class FlowShieldMBeans implements AutoCloseable {

  private final ObjectName name;
  private final AtomicReference<@Nullable DescribedMBean> bean;

  private FlowShieldMBeans(ObjectName name, DescribedMBean bean) {
    this.name = name;
    this.bean = new AtomicReference<>(bean);
  }

  /**
   * Registers a shield over HTTP, under {@linkplain HttpShield#name its name}.
   *
   * @throws IllegalStateException if a shield of this name is registered
   */
  public static FlowShieldMBeans register(HttpShield shield) {
    return register(shield.name(), new ShieldBean(shield.name(), shield.engine(), shield));
  }

  /**
   * Registers a shield without HTTP. For an {@link HttpShield} use the other method, which includes
   * its engine.
   *
   * @param name the name of the shield
   * @throws IllegalArgumentException if the name is blank
   * @throws IllegalStateException if a shield of this name is registered
   */
  public static FlowShieldMBeans register(String name, FlowShield shield) {
    return register(requireName(name), new ShieldBean(name, shield, null));
  }

  /** Returns the name of a shield, which must not be blank. */
  static String requireName(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException(
          "name must not be blank, got '" + name + "': give the shield one, as in \"orders\"");
    }
    return name;
  }

  private static FlowShieldMBeans register(String name, FlowShieldMXBean shield) {
    DescribedMBean bean = new DescribedMBean(shield);
    try {
      ObjectName objectName =
          new ObjectName("dev.flowshield:type=FlowShield,name=" + ObjectName.quote(name));
      server().registerMBean(bean, objectName);
      return new FlowShieldMBeans(objectName, bean);
    } catch (InstanceAlreadyExistsException other) {
      throw new IllegalStateException(
          "name must be another for each shield of a process, got '" + name
              + "' twice: name one of them, as in operations(it -> it.name(\"orders\")), or close the"
              + " registration of the other one",
          other);
    } catch (JMException impossible) { // the name is quoted, and the bean is compliant
      throw new IllegalStateException(impossible);
    }
  }

  private static MBeanServer server() {
    return ManagementFactory.getPlatformMBeanServer();
  }

  /** Removes the shield from the MBean server. Idempotent. */
  @Override
  public void close() {
    DescribedMBean registered = bean.getAndSet(null);
    if (registered == null || !registered.isRegistered()) {
      return;
    }
    try {
      server().unregisterMBean(name);
    } catch (InstanceNotFoundException gone) {
      // another one removed it at this moment
    } catch (JMException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
