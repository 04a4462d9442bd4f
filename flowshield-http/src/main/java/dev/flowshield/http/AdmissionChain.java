package dev.flowshield.http;

import dev.flowshield.http.binding.AdmissionHooks;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.watch.AdmittedRequest;
import org.jspecify.annotations.Nullable;

/**
 * The admissions of a request, newest first; stored as the mark of the request. Most requests pass
 * one shield. For them, the admission itself is the mark.
 *
 * @param admitted the newest admission
 * @param before the admissions of the shields before it; null if absent
 */
record AdmissionChain(AdmittedRequest admitted, @Nullable AdmissionChain before)
    implements AdmissionHooks {

  /** Returns the admissions of a request; null if no shield has admitted it. */
  static @Nullable AdmissionChain of(RequestView request) {
    Object mark = request.mark();
    return mark instanceof AdmittedRequest only
        ? new AdmissionChain(only, null)
        : mark instanceof AdmissionChain several ? several : null;
  }

  /** Returns the mark of a request that one more shield has admitted. */
  static AdmissionHooks after(RequestView request, AdmittedRequest admitted) {
    @Nullable AdmissionChain before = of(request);
    return before == null ? admitted : new AdmissionChain(admitted, before);
  }

  /** Returns the shield that was the last to admit the request. */
  Object shield() {
    return admitted.shield();
  }

  /** Returns whether a shield has admitted the request. */
  boolean isOf(Object shield) {
    for (AdmissionChain each = this; each != null; each = each.before) {
      if (each.shield() == shield) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void reportCost(long permits) {
    for (AdmissionChain each = this; each != null; each = each.before) {
      each.admitted.reportCost(permits);
    }
  }

  @Override
  public boolean markAsStream() {
    boolean hasRoom = true;
    for (AdmissionChain each = this; each != null; each = each.before) {
      hasRoom &= each.admitted.markAsStream();
    }
    return hasRoom;
  }
}
