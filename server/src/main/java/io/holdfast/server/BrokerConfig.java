// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.server.access.AccessConfig;
import io.holdfast.server.admin.AdminConfig;
import io.holdfast.server.session.Limits;
import io.holdfast.server.transport.ListenerConfig;
import io.holdfast.server.transport.TransportLimits;
import io.holdfast.storage.store.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/**
 * Everything a broker can be told, checked and converted; {@link ConfigReader} makes it from settings.
 *
 * @param folder the data folder
 * @param durability what an acknowledgement waits for
 * @param durabilityInterval longest time between two syncs of the device when {@code durability} is INTERVAL
 * @param cacheBytes the store's cache
 * @param diskReserveBytes what stays free on the disk at most, a twentieth of it being enough; 0 for nothing
 * @param scrub when the store is searched for damage
 * @param listeners the ways in for clients, at least one, the default one first
 * @param insecureOpen whether somebody said that strangers may come in from other machines
 * @param shards event loops that own sessions
 * @param commitQueueBytesMax bytes handed over and not yet durable above which publishers are not read from
 * @param sysInterval time between two updates of the {@code $SYS} topics
 * @param settings all settings by their keys, of which the rest was made
 */
public record BrokerConfig(
        Path folder,
        Durability durability,
        Duration durabilityInterval,
        long cacheBytes,
        long diskReserveBytes,
        ScrubConfig scrub,
        List<ListenerConfig> listeners,
        boolean insecureOpen,
        int shards,
        long commitQueueBytesMax,
        Duration sysInterval,
        Limits session,
        CodecLimits codec,
        TransportLimits transport,
        AdminConfig admin,
        AccessConfig access,
        LogConfig log,
        SortedMap<String, SettingValue> settings) {
    public BrokerConfig {
        listeners = List.copyOf(listeners);
        settings = Collections.unmodifiableSortedMap(settings);
    }

    /** Whether clients may connect without saying who they are. */
    public boolean anonymousAllowed() {
        return access.anonymous();
    }
}
