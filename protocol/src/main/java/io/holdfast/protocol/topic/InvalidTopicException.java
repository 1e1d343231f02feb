// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.topic;

/**
 * A text that is no topic name, or no topic filter. Carries no stack trace: any stranger can cause a thousand with one
 * packet.
 */
public final class InvalidTopicException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** What kind of rule was broken: the codec answers each with another reason code. */
    public enum Fault {
        /** Not well-formed UTF-8, a surrogate, or U+0000. */
        ENCODING,
        /** Empty, or wildcards where the grammar has none. */
        GRAMMAR,
        /** Too many bytes or too many levels. */
        LIMIT
    }

    private final Fault fault;

    InvalidTopicException(Fault fault, String message) {
        super(message);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
