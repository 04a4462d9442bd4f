/**
 * The settings of a shield: a row for each, their values, and the configurations that state them.
 * Start with {@code SettingKeys}. The shield itself is not here: a reload knows it by an interface.
 */
@NullMarked
package dev.flowshield.http.settings;

import org.jspecify.annotations.NullMarked;
