// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The proxies in front of a listener, which say in a PROXY header for whom they speak.
 *
 * @param trusted the networks whose word is taken; nobody else may connect
 */
public record ProxyConfig(List<String> trusted) {
    /**
     * Checks the networks.
     *
     * @throws IllegalArgumentException naming an entry that is neither an address nor a network
     */
    public ProxyConfig {
        trusted = List.copyOf(trusted);
        rules(trusted);
    }

    /** Whether a connection from there may say for whom it speaks. */
    boolean trusts(InetSocketAddress proxy) {
        return rules(trusted).stream().anyMatch(rule -> rule.matches(proxy));
    }

    private static List<IpSubnetFilterRule> rules(List<String> networks) {
        List<IpSubnetFilterRule> rules = new ArrayList<>();
        for (String network : networks) {
            String[] parts = network.split("/", 2);
            boolean four = NetUtil.isValidIpV4Address(parts[0]);
            int bits = four ? Integer.SIZE : 4 * Integer.SIZE;
            int prefix = parts.length == 1 ? bits : prefix(parts[1]);
            if ((!four && !NetUtil.isValidIpV6Address(parts[0])) || prefix < 0 || prefix > bits) {
                throw new IllegalArgumentException("'" + network + "' is no address or network");
            }
            rules.add(new IpSubnetFilterRule(parts[0], prefix, IpFilterRuleType.ACCEPT));
        }
        return rules;
    }

    private static int prefix(String digits) {
        return digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : -1;
    }
}
