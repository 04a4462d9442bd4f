package dev.flowshield.management;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import org.jspecify.annotations.Nullable;

/** A shield as a client of JMX sees it: open types alone. */
final class Mbean {

  static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

  private final ObjectName name;

  Mbean(String shield) {
    this.name = name(shield);
  }

  static ObjectName name(String shield) {
    try {
      return new ObjectName("dev.flowshield:type=FlowShield,name=" + ObjectName.quote(shield));
    } catch (JMException impossible) {
      throw new AssertionError(impossible);
    }
  }

  Object get(String attribute) {
    try {
      return SERVER.getAttribute(name, attribute);
    } catch (JMException failure) {
      throw new AssertionError(failure);
    }
  }

  /** A row of a table with names. */
  Map<String, Object> row(String table, String row) {
    CompositeData entry = ((TabularData) get(table)).get(new Object[] {row});
    return values((CompositeData) entry.get("value"));
  }

  /** The names of a table, in order. */
  List<Object> names(String table) {
    List<Object> names = new ArrayList<>();
    ((TabularData) get(table)).values().forEach(row -> names.add(((CompositeData) row).get("key")));
    return names;
  }

  /** The entries of a table of single values, in order. */
  Map<Object, Object> entries(String table) {
    Map<Object, Object> entries = new LinkedHashMap<>();
    ((TabularData) get(table)).values().forEach(row -> {
      CompositeData entry = (CompositeData) row;
      entries.put(entry.get("key"), entry.get("value"));
    });
    return entries;
  }

  List<Map<String, Object>> rows(String table) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (CompositeData row : (CompositeData[]) get(table)) {
      rows.add(values(row));
    }
    return rows;
  }

  static Map<String, Object> values(CompositeData row) {
    Map<String, Object> values = new TreeMap<>();
    row.getCompositeType().keySet().forEach(key -> values.put(key, row.get(key)));
    return values;
  }

  /** Calls an operation; its failure as the client sees it. */
  Object call(String operation, @Nullable Object... arguments) {
    String[] types = new String[arguments.length];
    for (int i = 0; i < types.length; i++) {
      @Nullable Object each = arguments[i];
      types[i] =
          each instanceof Integer ? "int" : each instanceof Long ? "long" : String.class.getName();
    }
    try {
      return SERVER.invoke(name, operation, arguments, types);
    } catch (JMException failure) {
      throw new AssertionError(failure);
    }
  }
}
