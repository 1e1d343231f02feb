// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A history told by hand, for the checker's own tests. Clients connect with clean session 0 unless said otherwise. */
final class Story {
    private final List<Event> events = new ArrayList<>();
    private final Map<String, Integer> connections = new HashMap<>();
    private final Map<String, Message> published = new HashMap<>();

    List<Violation> drained() {
        return HistoryChecker.checkDrained(events);
    }

    static Payload payload(String id) {
        return Payload.of((id.isEmpty() ? "" : id + "|rest").getBytes(StandardCharsets.UTF_8));
    }

    Story add(Event event) {
        events.add(event);
        return this;
    }

    int connection(String client) {
        return connections.getOrDefault(client, 0);
    }

    Story connectCalled(String client, boolean clean) {
        return connectCalled(client, clean, Optional.empty());
    }

    Story connectCalled(String client, boolean clean, Optional<Message> will) {
        connections.merge(client, 1, Integer::sum);
        return add(new Event.ConnectCalled(client, connection(client), clean, will));
    }

    Story connected(String client, boolean sessionPresent) {
        return add(new Event.Connected(client, connection(client), sessionPresent));
    }

    /** The first connection of a client. */
    Story connect(String client) {
        return connectCalled(client, false).connected(client, false);
    }

    /** The connection breaks and the client resumes its session. */
    Story reconnect(String client) {
        return lost(client).connectCalled(client, false).connected(client, true);
    }

    Story connectWithWill(String client, String id, int qos, boolean retain) {
        Message will = new Message("will/" + client, payload(id), qos, retain);
        published.put(id, will);
        boolean known = connections.containsKey(client);
        return connectCalled(client, false, Optional.of(will)).connected(client, known);
    }

    Story lost(String client) {
        return add(new Event.ConnectionLost(client, connection(client)));
    }

    Story disconnectCalled(String client) {
        return add(new Event.DisconnectCalled(client, connection(client)));
    }

    Story disconnect(String client) {
        return disconnectCalled(client).add(new Event.DisconnectConfirmed(client, connection(client)));
    }

    Story subscribeCalled(String client, String filter, int qos) {
        return add(new Event.SubscribeCalled(client, connection(client), filter, qos));
    }

    Story subscribed(String client, String filter, int qos) {
        return add(new Event.Subscribed(client, connection(client), filter, qos));
    }

    Story subscribe(String client, String filter, int qos) {
        return subscribeCalled(client, filter, qos).subscribed(client, filter, qos);
    }

    Story unsubscribe(String client, String filter) {
        return add(new Event.UnsubscribeCalled(client, connection(client), filter))
                .add(new Event.Unsubscribed(client, connection(client), filter));
    }

    /** A PUBLISH that is sent and not answered. */
    Story publishCalled(String client, String id, String topic, int qos, int packetId) {
        return publishCalled(client, id, new Message(topic, payload(id), qos, false), packetId, false);
    }

    Story publishCalled(String client, String id, Message message, int packetId, boolean dup) {
        published.put(id, message);
        return add(new Event.PublishCalled(client, connection(client), message, packetId, dup));
    }

    Story republishCalled(String client, String id, int packetId) {
        return publishCalled(client, id, published.get(id), packetId, true);
    }

    Story owned(String client, int packetId) {
        return add(new Event.PublishOwned(client, connection(client), packetId));
    }

    Story completed(String client, int packetId) {
        return add(new Event.PublishCompleted(client, connection(client), packetId));
    }

    /** A PUBLISH with everything that settles it. */
    Story publish(String client, String id, String topic, int qos, int packetId) {
        return settle(publishCalled(client, id, topic, qos, packetId), client, qos, packetId);
    }

    Story publishRetained(String client, String id, String topic, int qos, int packetId) {
        Message message = new Message(topic, payload(id), qos, true);
        return settle(publishCalled(client, id, message, packetId, false), client, qos, packetId);
    }

    private static Story settle(Story story, String client, int qos, int packetId) {
        if (qos > 0) {
            story.owned(client, packetId);
        }
        return qos == 2 ? story.completed(client, packetId) : story;
    }

    /** A delivery that is not acknowledged. */
    Story receive(String client, String id, int qos, int packetId, boolean dup) {
        Message sent = published.get(id);
        return receive(client, new Message(sent.topic(), sent.payload(), qos, false), packetId, dup);
    }

    Story receive(String client, Message message, int packetId, boolean dup) {
        return add(new Event.Received(client, connection(client), message, packetId, dup));
    }

    Story receiveRetained(String client, String id, int qos, int packetId) {
        Message sent = published.get(id);
        return receive(client, new Message(sent.topic(), sent.payload(), qos, true), packetId, false);
    }

    Story ack(String client, int packetId) {
        return add(new Event.AckCalled(client, connection(client), packetId));
    }

    Story rec(String client, int packetId) {
        return add(new Event.RecCalled(client, connection(client), packetId));
    }

    Story release(String client, int packetId) {
        return add(new Event.ReleaseSeen(client, connection(client), packetId));
    }

    /** A delivery with everything that completes it. */
    Story receiveFully(String client, String id, int qos, int packetId) {
        receive(client, id, qos, packetId, false);
        return switch (qos) {
            case 0 -> this;
            case 1 -> ack(client, packetId);
            default -> rec(client, packetId).release(client, packetId);
        };
    }

    Story retainedRead(String client, String filter) {
        return add(new Event.RetainedRead(client, connection(client), filter));
    }
}
