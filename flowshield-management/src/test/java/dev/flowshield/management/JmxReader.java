package dev.flowshield.management;

import com.sun.tools.attach.VirtualMachine;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * A program that reads a shield in another process, as jconsole does. It is run from this file,
 * with nothing on its class path.
 */
final class JmxReader {

  private JmxReader() {}

  @SuppressWarnings("BanJNDI") // the address comes from the JVM of this machine
  public static void main(String[] args) throws Exception {
    VirtualMachine other = VirtualMachine.attach(args[0]);
    String address = other.startLocalManagementAgent();
    other.detach();
    try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address))) {
      read(connector.getMBeanServerConnection(), new ObjectName(args[1]));
    }
  }

  private static void read(MBeanServerConnection server, ObjectName name) throws Exception {
    System.out.println("Admitted " + server.getAttribute(name, "Admitted"));
    TabularData limits = (TabularData) server.getAttribute(name, "Limits");
    CompositeData row = (CompositeData) limits.get(new Object[] {"key"}).get("value");
    System.out.println("key " + row.get("rates") + " " + row.get("rejected"));
    TabularData top = (TabularData) server.getAttribute(name, "TopRejected");
    CompositeData most = (CompositeData) top.values().iterator().next();
    System.out.println("top " + most.get("key") + " " + most.get("value"));
    System.out.println("change " + change(server, name, "key"));
    try {
      change(server, name, "nothing");
    } catch (RuntimeMBeanException rejected) {
      System.out.println(rejected.getTargetException().getMessage());
    }
  }

  private static Object change(MBeanServerConnection server, ObjectName name, String limit)
      throws Exception {
    String text = String.class.getName();
    return server.invoke(name, "change", new Object[] {limit, "9/s"}, new String[] {text, text});
  }
}
