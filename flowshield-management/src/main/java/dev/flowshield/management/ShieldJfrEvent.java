package dev.flowshield.management;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The numbers of a shield in a recording. */
@Name("dev.flowshield.Shield")
@Label("Shield")
@Description("The numbers of a shield since its start, and its state now")
@Category("FlowShield")
@Period("10 s")
@StackTrace(false)
final class ShieldJfrEvent extends Event {

  @Label("Shield")
  String shield = "";

  @Label("Admitted")
  long admitted;

  @Label("Over Limit")
  long overLimit;

  @Label("Blocked")
  long blocked;

  @Label("Shed")
  long shed;

  @Label("Unavailable")
  long unavailable;

  @Label("Denied")
  long denied;

  @Label("Would Shed")
  long wouldShed;

  @Label("Failed")
  long failed;

  @Label("Ignored")
  long ignored;

  @Label("Leaked")
  long leaked;

  @Label("In Flight")
  int inFlight;

  @Label("In Flight Limit")
  @Description("-1 without a cap")
  int inFlightLimit;

  @Label("Waiting")
  int waiting;

  @Label("Queue Full")
  long queueFull;

  @Label("Open Streams")
  int openStreams;

  @Label("Pressure")
  String pressure = "";

  @Label("Per Second")
  @Description("The work that ends in a second")
  double perSecond;

  @Label("Latency")
  @Description("The latency of work that waits for nothing")
  @Timespan(Timespan.NANOSECONDS)
  long latency;

  @Label("Explanation")
  @Description("An explanation of the cap in flight")
  String explanation = "";
}
