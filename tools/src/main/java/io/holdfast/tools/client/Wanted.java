// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.util.List;

/**
 * What {@code sub} is to receive.
 *
 * @param unsubscribed filters that the kept session is to lose
 * @param filteredOut filters of topics that are received and not printed
 */
record Wanted(
        List<Subscribe.Request> requests,
        List<TopicFilter> unsubscribed,
        List<TopicFilter> filteredOut,
        Properties subscribeProperties,
        Properties unsubscribeProperties) {

    boolean isFilteredOut(TopicName topic) {
        return filteredOut.stream().anyMatch(filter -> filter.matches(topic));
    }
}
