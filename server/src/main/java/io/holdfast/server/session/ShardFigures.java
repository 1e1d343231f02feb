// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

/**
 * What a shard holds at a moment, added up while it looks after the keep alive of its connections: that walk is taken once a
 * second anyway, so to know this costs an addition for each connection and second, however often somebody asks.
 *
 * @param inflightIn messages from connected clients: of MQTT 5 clients at QoS 1 and 2, from PUBLISH to PUBACK or PUBCOMP;
 *     of older ones at QoS 2, from PUBLISH to PUBREL
 * @param inflightOut QoS 1 and 2 messages to connected clients, sent or being sent, and not settled
 * @param volatileBytes bytes of messages that wait in memory for sessions without rows, once for each
 */
public record ShardFigures(long inflightIn, long inflightOut, long volatileBytes) {}
