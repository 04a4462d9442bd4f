@NullMarked
package dev.flowshield.console;

import org.jspecify.annotations.NullMarked;
