package dev.flowshield.http.answer;

import dev.flowshield.http.exchange.BodyFormat;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.LegacyHeaders;
import dev.flowshield.http.exchange.RejectionRenderer;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link dev.flowshield.http.HttpShieldBuilder} sets for the answers to rejections.
 *
 * @param overloadStatus the status where the server is full
 * @param headers when the headers of the draft are sent
 * @param legacyHeaders which of the older headers are sent
 * @param body the body unless the client asks for another
 * @param crossOrigin the web pages elsewhere that may read the answers
 * @param renderer the application's own, null if it has none
 * @param clock for the headers that name a time of day
 */
public record ResponseSettings(
    int overloadStatus,
    HeaderMode headers,
    LegacyHeaders legacyHeaders,
    BodyFormat body,
    CrossOrigin crossOrigin,
    @Nullable RejectionRenderer renderer,
    InstantSource clock) {}
