// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.server.admin.AdminConfig;
import io.holdfast.server.session.Limits;
import io.holdfast.server.transport.TransportLimits;
import io.holdfast.storage.store.Durability;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Everything a broker can be told, checked and converted; {@link ConfigReader} makes it from settings.
 *
 * @param folder the data folder
 * @param durability what an acknowledgement waits for
 * @param durabilityInterval longest time between two syncs of the device when {@code durability} is INTERVAL
 * @param cacheBytes the store's cache
 * @param bind address to listen on; {@code loopback} for 127.0.0.1 and ::1
 * @param port TCP port for MQTT, 0 for any free one
 * @param shards event loops that own sessions
 * @param commitQueueBytesMax bytes handed over and not yet durable above which publishers are not read from
 * @param sysInterval time between two updates of the {@code $SYS} topics
 */
public record BrokerConfig(
        Path folder,
        Durability durability,
        Duration durabilityInterval,
        long cacheBytes,
        String bind,
        int port,
        int shards,
        long commitQueueBytesMax,
        Duration sysInterval,
        Limits session,
        CodecLimits codec,
        TransportLimits transport,
        AdminConfig admin) {
    /** The value of {@code bind} that means this machine only. */
    public static final String LOOPBACK = "loopback";
}
