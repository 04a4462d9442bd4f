package dev.flowshield.http.answer;

import dev.flowshield.engine.Rejection;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.exchange.RejectionRenderer;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.process.ShieldLog;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/** A renderer whose failure leaves the proposed response in place. */
final class SafeRenderer implements RejectionRenderer {

  private final RejectionRenderer renderer;
  private final AtomicBoolean failed = new AtomicBoolean();

  SafeRenderer(RejectionRenderer renderer) {
    this.renderer = renderer;
  }

  @Override
  public ShieldResponse render(ShieldResponse proposed, RequestView request, Rejection why) {
    try {
      return Objects.requireNonNull(
          renderer.render(proposed, request, why),
          "renderer must give an answer, got null: give the proposed one where there is nothing to change");
    } catch (Throwable failure) { // of any kind: the client still gets a response
      if (!failed.getAndSet(true)) {
        ShieldLog.warn(
            "the renderer of rejections has failed, so clients get the proposed answers; further"
                + " failures are not logged",
            failure);
      }
      return proposed;
    }
  }
}
