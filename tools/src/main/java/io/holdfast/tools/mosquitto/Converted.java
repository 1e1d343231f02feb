// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.util.List;

/**
 * A text file of mosquitto as ours.
 *
 * @param text what to write
 * @param remarks what has no counterpart or means something else here, as {@code file:line: text}
 * @param summary how much was taken over, for one line
 */
record Converted(String text, List<String> remarks, String summary) {}
