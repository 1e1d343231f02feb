// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

/**
 * What a client asks for with SUBSCRIBE.
 *
 * @param identifier Subscription Identifier, 0 for none
 */
record Subscription(
        String filter, int qos, boolean noLocal, boolean retainAsPublished, int retainHandling, int identifier) {

    static Subscription of(String filter, int qos) {
        return new Subscription(filter, qos, false, false, 0, 0);
    }

    Subscription withoutOwn() {
        return new Subscription(filter, qos, true, retainAsPublished, retainHandling, identifier);
    }

    Subscription keepingRetain() {
        return new Subscription(filter, qos, noLocal, true, retainHandling, identifier);
    }

    Subscription handlingRetained(int how) {
        return new Subscription(filter, qos, noLocal, retainAsPublished, how, identifier);
    }

    Subscription identifiedBy(int number) {
        return new Subscription(filter, qos, noLocal, retainAsPublished, retainHandling, number);
    }
}
