// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.broker;

import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * One broker process for all tests of a class; its output is attached to whatever fails. Registered as a static field.
 * A test that kills the broker restarts it before it ends.
 */
public final class SharedBroker
        implements BeforeAllCallback,
                BeforeClassTemplateInvocationCallback,
                AfterAllCallback,
                TestExecutionExceptionHandler {
    private final String[] settings;
    private final AtomicInteger names = new AtomicInteger();
    private @Nullable BrokerProcess process;
    private boolean used;

    public SharedBroker(String... settings) {
        this.settings = settings;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        process = BrokerProcess.start(BrokerCommand.underTest(), settings);
    }

    /** A class that runs once for each version gets a new broker each time. */
    @Override
    public void beforeClassTemplateInvocation(ExtensionContext context) throws IOException {
        if (used) {
            process().close();
            process = BrokerProcess.start(BrokerCommand.underTest(), settings);
        }
        used = true;
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (process != null) {
            process.close();
        }
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        failure.addSuppressed(new IllegalStateException(process().output()));
        throw failure;
    }

    public BrokerProcess process() {
        if (process == null) {
            throw new IllegalStateException("the broker is started before the first test of the class");
        }
        return process;
    }

    public int port() {
        return process().port();
    }

    /** A TCP connection on which nothing has been sent. */
    public WireClient open() throws IOException {
        return WireClient.open(port());
    }

    /** A client whose CONNECT was accepted. */
    public WireClient connected(WireConnect connect) throws IOException {
        return WireClient.connected(port(), connect);
    }

    /** A client with a clean session and a name of its own. */
    public WireClient anyClient() throws IOException {
        return connected(WireConnect.clean(uniqueName("any")));
    }

    /** A name that no other test of the class uses. */
    public String uniqueName(String prefix) {
        return prefix + names.incrementAndGet();
    }

    /** SIGKILL and start again on the same folder. */
    public void killAndRestart() throws IOException {
        process().kill();
        process().restart();
    }
}
