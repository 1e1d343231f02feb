// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.access.Authentication;
import io.holdfast.server.access.AuthenticationMethod;
import io.holdfast.server.access.AuthenticationStep;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * One exchange of AUTH packets with a client. The two sides take turns: what the client sent goes to the method, which
 * judges on a thread of its own; its answer goes to the client; so on until the method has decided. The connection's event
 * loop, which must not change meanwhile.
 */
final class AuthExchange {
    /** The connection that an exchange is about. */
    interface Owner {
        /** The client has to answer this; false when it takes no packet of that size. */
        boolean challenge(Auth auth);

        void accepted(AuthenticationStep.Accepted accepted);

        void refused(ReasonCode reason, String why);
    }

    private enum Turn {
        METHOD,
        CLIENT,
        OVER
    }

    private final Authentication authentication;
    private final EventLoop loop;
    private final String method;
    private final AuthenticationMethod.Exchange exchange;
    private final Owner owner;
    private Turn turn = Turn.CLIENT;

    AuthExchange(
            Authentication authentication,
            EventLoop loop,
            String clientId,
            @Nullable InetAddress address,
            AuthenticationMethod method,
            Owner owner) {
        this.authentication = authentication;
        this.loop = loop;
        this.method = method.name();
        this.owner = owner;
        exchange = method.begin(clientId, address);
    }

    /** The client's turn: false when it is not, or when this is no answer; then the client broke the protocol. */
    boolean answer(Auth auth) {
        if (auth.reasonCode() != ReasonCode.CONTINUE_AUTHENTICATION) {
            return false;
        }
        return take(auth.properties());
    }

    /** As above with what began the exchange. */
    boolean take(Properties sent) {
        if (turn != Turn.CLIENT) {
            return false;
        }
        turn = Turn.METHOD;
        byte @Nullable [] data = sent.authenticationData();
        authentication.judge(exchange, data == null ? new byte[0] : data, loop, this::judged);
        return true;
    }

    private void judged(AuthenticationStep step) {
        if (turn != Turn.METHOD) {
            return; // Nobody waits for it any more.
        }
        if (step instanceof AuthenticationStep.Continue more) {
            turn = Turn.CLIENT;
            if (!owner.challenge(
                    new Auth(ReasonCode.CONTINUE_AUTHENTICATION, properties(method, more.data(), more.why())))) {
                turn = Turn.OVER;
                owner.refused(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "the authentication needs larger packets");
            }
            return;
        }
        turn = Turn.OVER;
        if (step instanceof AuthenticationStep.Accepted accepted) {
            owner.accepted(accepted);
        } else if (step instanceof AuthenticationStep.Refused refused) {
            owner.refused(refused.reason(), refused.why());
        }
    }

    /** Nobody waits for an outcome any more. */
    void abandon() {
        turn = Turn.OVER;
    }

    /** Every AUTH repeats the method of CONNECT [MQTT5-4.12.0-5]. */
    static Properties properties(String method, byte @Nullable [] data, @Nullable String why) {
        PropertiesBuilder properties = Properties.builder().authenticationMethod(method);
        if (data != null) {
            properties.authenticationData(data);
        }
        if (why != null) {
            properties.reasonString(why);
        }
        return properties.build();
    }
}
