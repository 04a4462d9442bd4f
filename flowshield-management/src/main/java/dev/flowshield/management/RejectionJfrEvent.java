package dev.flowshield.management;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A rejection in a recording. */
@Name("dev.flowshield.Rejection")
@Label("Rejection")
@Description("A rejected request, and how many of its kind came before it without an event")
@Category("FlowShield")
@StackTrace(false)
final class RejectionJfrEvent extends Event {

  @Label("Shield")
  String shield = "";

  @Label("Kind")
  String kind = "";

  @Label("Limit")
  String limit = "";

  @Label("Retry After")
  @Timespan(Timespan.NANOSECONDS)
  long retryAfter;

  @Label("Key")
  @Description("The id of the key, or the key if the shield shows keys")
  String key = "";

  @Label("Suppressed")
  @Description("Rejections of this kind without an event since the last event")
  long suppressed;
}
