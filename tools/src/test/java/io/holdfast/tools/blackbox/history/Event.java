// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import java.util.Optional;

/**
 * Something a client did or saw. What a client does is recorded before the bytes are sent, what it sees after they were
 * read; so an event that stands earlier in the history happened earlier whenever that matters to a rule.
 *
 * <p>{@code connection} numbers the connections of one client from 1. {@code client} is the client id: an event belongs
 * to the session of that name.
 */
public sealed interface Event {
    /** The client id. */
    String client();

    /** A CONNECT is about to be sent. */
    record ConnectCalled(String client, int connection, boolean clean, Optional<Message> will) implements Event {}

    /** A CONNACK with return code 0 was read. */
    record Connected(String client, int connection, boolean sessionPresent) implements Event {}

    /** A CONNACK with another return code was read. */
    record Refused(String client, int connection, int returnCode) implements Event {}

    /** A DISCONNECT is about to be sent. */
    record DisconnectCalled(String client, int connection) implements Event {}

    /** After DISCONNECT the broker closed the connection in an orderly way: it has processed it. */
    record DisconnectConfirmed(String client, int connection) implements Event {}

    /** The client is about to cut the connection. */
    record DropCalled(String client, int connection) implements Event {}

    /** The connection ended in any other way, on whichever side. */
    record ConnectionLost(String client, int connection) implements Event {}

    record SubscribeCalled(String client, int connection, String filter, int qos) implements Event {}

    /** A SUBACK was read. {@code granted} is its return code: 0, 1, 2 or 0x80. */
    record Subscribed(String client, int connection, String filter, int granted) implements Event {}

    record UnsubscribeCalled(String client, int connection, String filter) implements Event {}

    record Unsubscribed(String client, int connection, String filter) implements Event {}

    /** A PUBLISH is about to be sent, for the first time or again. */
    record PublishCalled(String client, int connection, Message message, int packetId, boolean dup) implements Event {}

    /** The broker took ownership of the client's PUBLISH with this packet id: PUBACK or PUBREC was read. */
    record PublishOwned(String client, int connection, int packetId) implements Event {}

    /** PUBCOMP was read: the client may use the packet id for another message. */
    record PublishCompleted(String client, int connection, int packetId) implements Event {}

    /** A PUBLISH was read. {@code packetId} is 0 at QoS 0. */
    record Received(String client, int connection, Message message, int packetId, boolean dup) implements Event {}

    /** A PUBACK is about to be sent: from here on the broker may use the packet id for another message. */
    record AckCalled(String client, int connection, int packetId) implements Event {}

    /** A PUBREC is about to be sent. */
    record RecCalled(String client, int connection, int packetId) implements Event {}

    /** A PUBREL was read: the client forgets the packet id and answers PUBCOMP. */
    record ReleaseSeen(String client, int connection, int packetId) implements Event {}

    /** The client saw something that no rule has a place for, such as an acknowledgement of nothing. */
    record Surprise(String client, int connection, String text) implements Event {}

    /** All that this connection's first SUBSCRIBE brought as retained messages has been read. */
    record RetainedRead(String client, int connection, String filter) implements Event {}

    /** The broker was stopped, killed or started; for the reader of a report only. */
    record Note(String client, String text) implements Event {}
}
