package dev.flowshield.http.answer;

import dev.flowshield.http.exchange.BodyFormat;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.LegacyHeaders;
import dev.flowshield.http.exchange.RejectionRenderer;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The settings of responses.
 *
 * @param overloadStatus the status of a response by a full server
 * @param headers the responses that have the headers of the draft
 * @param legacyHeaders the meaning of the older headers
 * @param body the body, unless the client prefers another one
 * @param crossOrigin the origins whose web pages may read the responses
 * @param renderer the renderer of the application, or null
 * @param clock the clock for headers with a time of day
 */
public record ResponseSettings(
    int overloadStatus,
    HeaderMode headers,
    LegacyHeaders legacyHeaders,
    BodyFormat body,
    CrossOrigin crossOrigin,
    @Nullable RejectionRenderer renderer,
    InstantSource clock) {}
