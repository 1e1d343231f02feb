// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import java.util.Set;

/**
 * One line of the rules file that allows or denies.
 *
 * @param qosMax the highest QoS that it allows, 2 for all
 * @param line its number in the file, from 1
 * @param text as it stands there
 */
record Rule(
        boolean allows, Subject subject, Set<Action> actions, TopicPattern topics, int qosMax, int line, String text) {}
