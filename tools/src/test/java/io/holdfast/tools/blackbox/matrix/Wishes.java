// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import org.jspecify.annotations.Nullable;

/** What a client asks for with CONNECT. 0 and null leave out what may be left out. */
final class Wishes {
    boolean cleanStart = true;
    long expirySeconds;
    int keepAliveSeconds = 60;
    int receiveMaximum;
    int packetBytesMax;
    int topicAliasMaximum;
    boolean responseInformation;

    @Nullable
    String authenticationMethod;

    @Nullable
    Told will;

    int willDelaySeconds;

    private Wishes() {}

    /** A session that ends with the connection. */
    static Wishes clean() {
        return new Wishes();
    }

    /** A session that is kept, resumed when there is one. */
    static Wishes kept(long seconds) {
        Wishes wishes = new Wishes();
        wishes.cleanStart = false;
        wishes.expirySeconds = seconds;
        return wishes;
    }

    Wishes keepAlive(int seconds) {
        keepAliveSeconds = seconds;
        return this;
    }

    Wishes receiveMaximum(int count) {
        receiveMaximum = count;
        return this;
    }

    Wishes packetBytesMax(int bytes) {
        packetBytesMax = bytes;
        return this;
    }

    Wishes topicAliasMaximum(int count) {
        topicAliasMaximum = count;
        return this;
    }

    Wishes responseInformation() {
        responseInformation = true;
        return this;
    }

    Wishes authenticationMethod(String name) {
        authenticationMethod = name;
        return this;
    }

    Wishes will(Told message, int delaySeconds) {
        will = message;
        willDelaySeconds = delaySeconds;
        return this;
    }
}
