// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

/**
 * One line of the rules file that bounds how long sessions are kept.
 *
 * @param seconds Session Expiry Interval, 0 for sessions that end with their connection
 */
record ExpiryLimit(Subject subject, long seconds) {}
