// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import org.jspecify.annotations.Nullable;

/**
 * What there is to know about a setting.
 *
 * @param defaultText its value while nobody sets it; null when somebody has to
 * @param takes kind and range of its values
 * @param variable the variable of the environment that sets it
 * @param isReloadable whether a running broker takes another value
 * @param text what it means, in lines
 */
public record SettingExplanation(
        String key, @Nullable String defaultText, String takes, String variable, boolean isReloadable, String text) {}
