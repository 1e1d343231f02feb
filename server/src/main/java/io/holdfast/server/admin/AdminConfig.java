// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

/**
 * What the admin endpoint is told.
 *
 * @param port TCP port on 127.0.0.1, 0 for any free one
 * @param portGiven whether somebody has chosen the port: then it is an error that it is taken, else another is used
 * @param metricsOpen whether {@code /metrics} is told without the token
 */
public record AdminConfig(boolean enabled, int port, boolean portGiven, boolean metricsOpen) {}
