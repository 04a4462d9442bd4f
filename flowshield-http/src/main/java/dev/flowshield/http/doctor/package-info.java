/** Signs of misconfiguration, and the log of rejections. */
@NullMarked
package dev.flowshield.http.doctor;

import org.jspecify.annotations.NullMarked;
