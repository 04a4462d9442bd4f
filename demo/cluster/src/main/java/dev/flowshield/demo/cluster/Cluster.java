package dev.flowshield.demo.cluster;

import dev.flowshield.demo.cluster.server.InstanceProcess;
import dev.flowshield.demo.cluster.server.StoreProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The instances and the store, if there is one. They end with this process. */
final class Cluster implements AutoCloseable {

  private final List<InstanceProcess> instances = new CopyOnWriteArrayList<>();
  private final @Nullable StoreProcess store;

  private Cluster(@Nullable StoreProcess store) {
    this.store = store;
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "stop"));
  }

  /**
   * Starts the cluster without waiting for the instances.
   *
   * @param name the first part of the names of the logs
   * @param directory the directory of the logs, one for each instance
   */
  static Cluster start(Scenario scenario, boolean hasStore, String name, Path directory)
      throws IOException, InterruptedException {
    Cluster cluster = new Cluster(hasStore ? StoreProcess.start(directory) : null);
    try {
      for (int i = 1; i <= scenario.instances(); i++) {
        Path log = directory.resolve(name + "-instance-" + i + ".log");
        cluster.instances.add(InstanceProcess.start(cluster.settings(scenario), log));
      }
      return cluster;
    } catch (IOException | RuntimeException failure) {
      cluster.close();
      throw failure;
    }
  }

  /** Returns the settings that a user would write. */
  private Map<String, String> settings(Scenario scenario) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("limit", scenario.limit().toString());
    settings.put("per-client", "off");
    settings.put("in-flight", "off");
    if (store != null) {
      settings.put("store", store.address());
    }
    return settings;
  }

  List<InstanceProcess> instances() {
    return List.copyOf(instances);
  }

  /** Returns the addresses of all instances, once they are ready. */
  List<URI> addresses() throws IOException {
    List<URI> addresses = new ArrayList<>();
    for (InstanceProcess instance : instances) {
      addresses.add(instance.address());
    }
    return addresses;
  }

  @Nullable
  StoreProcess store() {
    return store;
  }

  @Override
  public void close() {
    if (store != null) {
      store.close();
    }
    instances.forEach(InstanceProcess::close);
  }
}
