package dev.flowshield.examples.guide;

import dev.flowshield.http.HttpShield;
import dev.flowshield.management.FlowShieldMBeans;
import dev.flowshield.management.FlowShieldRecording;

/** A shield that operators see in JMX and in JDK Flight Recorder. */
public final class Management implements AutoCloseable {

  private final HttpShield shield;
  private final FlowShieldMBeans bean;
  private final FlowShieldRecording recording;

  Management() {
    // snippet: management-recording
    HttpShield shield = HttpShield.builder()
        .perClient("100/s, 5000/h")
        .operations(it -> it.engine(FlowShieldRecording::listen)) // rejections and pressure
        .build();
    FlowShieldRecording recording = FlowShieldRecording.observe(shield); // the numbers
    // end
    // snippet: management
    FlowShieldMBeans bean = FlowShieldMBeans.register(shield);
    // end
    this.shield = shield;
    this.bean = bean;
    this.recording = recording;
  }

  HttpShield shield() {
    return shield;
  }

  @Override
  public void close() {
    // snippet: management-close
    bean.close();
    recording.close();
    shield.close();
    // end
  }
}
