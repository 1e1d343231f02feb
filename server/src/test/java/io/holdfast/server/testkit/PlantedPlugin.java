// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.access.AccessConfig;
import io.holdfast.server.access.AccessPlugin;
import io.holdfast.server.access.AccessPolicy;
import io.holdfast.server.access.AuthenticationStep;
import io.holdfast.server.access.Grants;
import io.holdfast.server.access.PasswordCheck;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A part of access control that is on the class path of all tests and serves those whose rules file is called {@link #NAME}:
 * it knows one user and allows nothing below {@code hidden/}.
 */
public final class PlantedPlugin implements AccessPlugin {
    public static final String NAME = "planted.rules";
    public static final String USER = "planted";

    /** For the service loader. */
    public PlantedPlugin() {}

    @Override
    public boolean open(AccessConfig config, Function<String, Set<String>> groups) {
        Path rules = config.rulesFile();
        return rules != null && rules.endsWith(NAME);
    }

    @Override
    public Runnable reread() {
        return () -> {};
    }

    @Override
    public List<PasswordCheck> passwordChecks() {
        return List.of(credentials -> !USER.equals(credentials.userName())
                ? null
                : Arrays.equals("sesame".getBytes(UTF_8), credentials.password())
                        ? new AuthenticationStep.Accepted(USER, null)
                        : PasswordCheck.WRONG);
    }

    @Override
    public Set<String> groups(String user) {
        return user.equals(USER) ? Set.of("guests") : Set.of();
    }

    @Override
    public AccessPolicy policy() {
        return client -> new Grants() {
            private boolean isOpen(String topic) {
                return !topic.startsWith("hidden/");
            }

            @Override
            public boolean mayPublish(TopicName topic, int qos) {
                return isOpen(topic.toString());
            }

            @Override
            public boolean mayRetain(TopicName topic, int qos) {
                return isOpen(topic.toString());
            }

            @Override
            public boolean mayLeaveWill(TopicName topic, int qos) {
                return isOpen(topic.toString());
            }

            @Override
            public int subscribeQosMax(TopicFilter filter) {
                return isOpen(filter.inner().toString()) ? 1 : NOT_AT_ALL;
            }

            @Override
            public boolean mayReceive(TopicName topic) {
                return isOpen(topic.toString());
            }
        };
    }
}
