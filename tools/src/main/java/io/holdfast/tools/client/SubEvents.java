// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What {@code sub} does at each event; the client's event loop only. */
final class SubEvents implements Events {
    /** What a shell reports of a program that SIGPIPE has ended. */
    private static final int EXIT_BROKEN_PIPE = 141;

    private final Wanted wanted;
    private final SubLimits limits;
    private final Printer printer;
    private final Notices notices;
    private final QoS qos;
    private final CompletableFuture<Ending> ended;
    private @Nullable Client client;
    private boolean subscribedBefore;
    private int answersDue;
    private long printed;

    SubEvents(
            Wanted wanted,
            SubLimits limits,
            Printer printer,
            Notices notices,
            QoS qos,
            CompletableFuture<Ending> ended) {
        this.wanted = wanted;
        this.limits = limits;
        this.printer = printer;
        this.notices = notices;
        this.qos = qos;
        this.ended = ended;
    }

    /** The client that these events come from; before it starts. */
    void attach(Client source) {
        client = source;
    }

    private Client client() {
        if (client == null) {
            throw new IllegalStateException("an event before the client started");
        }
        return client;
    }

    @Override
    public void connected(ConnAck connAck) {
        if (subscribedBefore && connAck.sessionPresent()) {
            return; // The broker knows; asking again would only repeat retained messages.
        }
        answersDue = 0;
        if (!wanted.requests().isEmpty()) {
            answersDue++;
            client().ask(id -> new Subscribe(id, wanted.requests(), wanted.subscribeProperties()));
        }
        if (!wanted.unsubscribed().isEmpty()) {
            answersDue++;
            client().ask(id -> new Unsubscribe(id, wanted.unsubscribed(), wanted.unsubscribeProperties()));
        }
    }

    @Override
    public void subscribed(SubAck subAck) {
        int denied = 0;
        for (int i = 0; i < subAck.reasonCodes().size(); i++) {
            ReasonCode code = subAck.reasonCodes().get(i);
            if (code.isFailure()) {
                denied++;
                notices.error("the broker refused the subscription "
                        + wanted.requests().get(i).filter() + ": " + Ending.text(code));
            }
        }
        if (denied == wanted.requests().size()) {
            client().leave(new Ending(Ending.EXIT_ALL_DENIED, "the broker refused all subscriptions"));
        }
        answered();
    }

    @Override
    public void unsubscribed(UnsubAck unsubAck) {
        for (ReasonCode code : unsubAck.reasonCodes()) {
            if (code.isFailure()) {
                notices.error("the broker refused to unsubscribe: " + Ending.text(code));
            }
        }
        answered();
    }

    private void answered() {
        subscribedBefore = true;
        if (--answersDue == 0 && (limits.onlySubscribe() || wanted.requests().isEmpty())) {
            client().leave(Ending.DONE);
        }
    }

    @Override
    public void received(Publish message) {
        if (limits.endsBefore(message)) {
            client().leave(Ending.DONE);
            return;
        }
        if (wanted.isFilteredOut(message.topic())) {
            return;
        }
        if (limits.removes(message) && message.payload().length > 0) {
            client().publish(new Outgoing(message.topic(), new byte[0], qos, true, Properties.NONE, this::removed));
        }
        if (!limits.prints(message) || limits.isEnough(printed)) {
            return;
        }
        try {
            printer.print(message);
            printed++;
        } catch (IOException e) {
            outputIsGone();
        }
        if (limits.isEnough(printed)) {
            client().leave(Ending.DONE);
        }
    }

    private void removed(ReasonCode answer) {
        if (answer.isFailure()) {
            notices.error("a retained message was not removed: " + Ending.text(answer));
        }
    }

    @Override
    public void burstEnds() {
        try {
            printer.flush();
        } catch (IOException e) {
            outputIsGone();
        }
    }

    /** What could not be printed is not acknowledged. Who closed a pipe knows it, so nothing is said. */
    private void outputIsGone() {
        client().abandon(new Ending(EXIT_BROKEN_PIPE, ""));
    }

    @Override
    public void warn(String sentence) {
        notices.error(sentence);
    }

    @Override
    public void debug(Supplier<String> line) {
        notices.debug(line);
    }

    @Override
    public void ended(Ending ending, int unsettled) {
        ended.complete(ending);
    }
}
