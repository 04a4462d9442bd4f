package dev.flowshield.management;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A change of the pressure in a recording. */
@Name("dev.flowshield.Pressure")
@Label("Pressure")
@Description("The pressure on the server has changed")
@Category("FlowShield")
@StackTrace(false)
final class PressureJfrEvent extends Event {

  @Label("Shield")
  String shield = "";

  @Label("Pressure")
  @Description("NORMAL, ELEVATED or EXTREME")
  String pressure = "";
}
