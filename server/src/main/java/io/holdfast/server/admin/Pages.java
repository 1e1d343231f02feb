// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.server.metrics.MetricsPage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What can be read without asking a shard: health, metrics, and the description of it all. */
final class Pages {
    /** The description of everything that the endpoint answers. */
    static final String OPENAPI = "openapi.json";

    /**
     * One page, read with GET.
     *
     * @param open whether it is told to those without a token
     */
    record Page(String path, Openness open, Maker maker) {}

    /** Whether those without a token are told. */
    enum Openness {
        OPEN,
        /** As {@code admin.metrics-open} says. */
        AS_SET,
        CLOSED
    }

    /** Makes a page; called on the endpoint's thread, may answer later and from any thread. */
    interface Maker {
        void make(AdminEndpoint endpoint, @Nullable String accept, Consumer<HttpAnswer> to);
    }

    static final List<Page> ALL = List.of(
            new Page("/health/live", Openness.OPEN, Pages::live),
            new Page("/health/ready", Openness.OPEN, Pages::ready),
            new Page("/health/durable", Openness.OPEN, Pages::durable),
            new Page("/metrics", Openness.AS_SET, Pages::metrics),
            new Page("/openapi.json", Openness.CLOSED, Pages::openApi));

    private Pages() {}

    static @Nullable Page find(String path) {
        for (Page page : ALL) {
            if (page.path().equals(path)) {
                return page;
            }
        }
        return null;
    }

    private static void live(AdminEndpoint endpoint, @Nullable String accept, Consumer<HttpAnswer> to) {
        to.accept(HttpAnswer.json(200, Map.of("live", true)));
    }

    private static void ready(AdminEndpoint endpoint, @Nullable String accept, Consumer<HttpAnswer> to) {
        AdminLife life = endpoint.life();
        boolean ready = life != null && life.takesMessages();
        to.accept(HttpAnswer.json(ready ? 200 : AdminException.UNAVAILABLE, Map.of("ready", ready)));
    }

    private static void durable(AdminEndpoint endpoint, @Nullable String accept, Consumer<HttpAnswer> to) {
        endpoint.durable()
                .look(
                        endpoint.life(),
                        durable -> to.accept(HttpAnswer.json(
                                durable ? 200 : AdminException.UNAVAILABLE, Map.of("durable", durable))));
    }

    /** On a thread of its own: a file system that hangs must not keep the other pages from being told. */
    private static void metrics(AdminEndpoint endpoint, @Nullable String accept, Consumer<HttpAnswer> to) {
        try {
            endpoint.slowPages().execute(() -> to.accept(made(endpoint, accept)));
        } catch (RejectedExecutionException e) {
            to.accept(HttpAnswer.error(AdminException.UNAVAILABLE, "others wait for the metrics already"));
        }
    }

    private static HttpAnswer made(AdminEndpoint endpoint, @Nullable String accept) {
        try {
            return new HttpAnswer(
                    200, MetricsPage.contentType(accept), endpoint.metrics().write(accept));
        } catch (RuntimeException e) {
            endpoint.log().error("the metrics cannot be told", e);
            return HttpAnswer.error(AdminException.INTERNAL, "the broker could not answer; its log says why");
        }
    }

    private static void openApi(AdminEndpoint endpoint, @Nullable String accept, Consumer<HttpAnswer> to) {
        try (InputStream text = Pages.class.getResourceAsStream(OPENAPI)) {
            if (text == null) {
                throw new IllegalStateException(OPENAPI + " is missing beside the program");
            }
            to.accept(new HttpAnswer(200, "application/json", text.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
