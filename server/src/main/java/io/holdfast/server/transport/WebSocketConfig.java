// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

/**
 * What a listener for WebSockets asks of an HTTP request.
 *
 * @param path where the WebSocket is, with a slash in front
 * @param origins the web pages whose scripts may connect
 */
public record WebSocketConfig(String path, Origins origins) {}
