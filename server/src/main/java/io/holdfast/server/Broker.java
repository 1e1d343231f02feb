// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.AuthenticationMethod;
import io.holdfast.server.admin.AdminEndpoint;
import io.holdfast.server.admin.DurableNote;
import io.holdfast.server.metrics.Counters;
import io.holdfast.server.metrics.MetricsPage;
import io.holdfast.server.transport.Connections;
import io.holdfast.server.transport.EventLoops;
import io.holdfast.server.transport.Listener;
import io.holdfast.server.transport.ListenerConfig;
import io.holdfast.server.transport.tls.Tls;
import io.holdfast.server.transport.tls.TlsException;
import io.holdfast.storage.store.DamagedFileException;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker of a process: event loops and listening sockets, which live as long as it does, and the instance that serves
 * clients, which is replaced when it fails. Changes of state happen on one supervising thread.
 */
public final class Broker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final Logger STORE_LOG = LoggerFactory.getLogger("holdfast.store");
    private static final long REOPEN_SECONDS = 1;

    private final UnaryOperator<RowStore> between;
    private final MonotonicTime time;
    private final Counters counters;
    private final EventLoops loops;
    private final Access access;
    private final Connections connections;
    private final ScheduledExecutorService supervisor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "holdfast-supervisor");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private final List<Reloadable> reloadables;

    private volatile BrokerConfig config;
    private volatile BrokerState state = BrokerState.STARTING;
    private volatile @Nullable BrokerInstance instance;
    private @Nullable AdminEndpoint admin;
    private @Nullable String lastRefusal;
    private volatile boolean damagedFiles;
    private final FailureRate failures = new FailureRate();
    private final DiskReserve reserve;

    private Broker(BrokerConfig config, UnaryOperator<RowStore> between, Access access, LongSupplier wallMillis) {
        time = new MonotonicTime(wallMillis, System::nanoTime);
        this.config = config;
        this.between = between;
        reserve = new DiskReserve(config.folder(), config.diskReserveBytes());
        counters = new Counters(config.shards());
        loops = new EventLoops(config.shards());
        this.access = access;
        reloadables = List.of(this::reloadListeners, this::reloadAccess, this::reloadLimits, Broker::reloadLogLevel);
        connections = new Connections(
                loops, config.transport(), config.codec(), counters, this::serving, access.authentication());
    }

    /**
     * Starts a broker; it serves clients when this returns.
     *
     * @throws StoreException when the data folder cannot be used
     * @throws AccessFileException when a file that says who may connect cannot be used
     * @throws IOException when an address cannot be listened on, or a listener's TLS has no good files
     */
    public static Broker start(BrokerConfig config) throws IOException {
        return start(config, UnaryOperator.identity());
    }

    /**
     * As above, for an operator who has read that the store lacks rows at its end.
     *
     * @param loss what to do then; counts for this start only, not when the store is opened again after a failure
     */
    public static Broker start(BrokerConfig config, StoreOptions.Loss loss) throws IOException {
        return start(config, UnaryOperator.identity(), List.of(), System::currentTimeMillis, loss);
    }

    /** As above with something between broker and store: how tests hold a sync back, or break a promise on purpose. */
    public static Broker start(BrokerConfig config, UnaryOperator<RowStore> between) throws IOException {
        return start(config, between, List.of());
    }

    /**
     * As above with methods of enhanced authentication that MQTT 5 clients may ask for.
     *
     * @throws IllegalArgumentException when two methods have the same name
     */
    public static Broker start(
            BrokerConfig config, UnaryOperator<RowStore> between, List<AuthenticationMethod> authenticationMethods)
            throws IOException {
        return start(config, between, authenticationMethods, System::currentTimeMillis);
    }

    /** As above by another clock: how tests make it jump. */
    static Broker start(
            BrokerConfig config,
            UnaryOperator<RowStore> between,
            List<AuthenticationMethod> authenticationMethods,
            LongSupplier wallMillis)
            throws IOException {
        return start(config, between, authenticationMethods, wallMillis, StoreOptions.Loss.REFUSE);
    }

    private static Broker start(
            BrokerConfig config,
            UnaryOperator<RowStore> between,
            List<AuthenticationMethod> authenticationMethods,
            LongSupplier wallMillis,
            StoreOptions.Loss loss)
            throws IOException {
        Broker broker = new Broker(config, between, access(config, authenticationMethods), wallMillis);
        try {
            broker.begin(loss);
            return broker;
        } catch (IOException | RuntimeException e) {
            broker.stop();
            throw e;
        }
    }

    /**
     * Reads and checks the files that settings name, as a start would, and does nothing else.
     *
     * @throws IOException with one sentence about what is wrong
     */
    public static void check(BrokerConfig config) throws IOException {
        tls(config);
        for (ListenerConfig each : config.listeners()) {
            Listener.check(each);
        }
        access(config, List.of()).close();
    }

    private static Access access(BrokerConfig config, List<AuthenticationMethod> methods) throws AccessFileException {
        boolean certificatesName = config.listeners().stream().anyMatch(ListenerConfig::isUserNamedByCertificate);
        return Access.open(config.access(), methods, certificatesName);
    }

    private void begin(StoreOptions.Loss loss) throws IOException {
        Map<String, Tls> tls = tls(config);
        instance = open(loss);
        if (config.admin().enabled()) {
            admin = AdminEndpoint.start(config.admin(), config.folder(), metrics(), this::serving);
        }
        for (ListenerConfig each : Exposure.open(config)) {
            LOG.warn(
                    "listener {} is open to everybody who reaches {}: clients need not say who they are (insecure-open)",
                    each.name(),
                    each.bind());
        }
        for (ListenerConfig each : config.listeners()) {
            listeners.add(Listener.open(each, tls.get(each.name()), connections));
        }
        become(BrokerState.RUNNING);
        STORE_LOG.info("{}", instance.report().line());
    }

    private BrokerInstance open(StoreOptions.Loss loss) {
        StoreOptions opening = StoreOptions.defaults().withLoss(loss).withCompaction(!damagedFiles);
        return BrokerInstance.start(
                config, opening, loops, counters, this::instanceFailed, between, time, reserve, access);
    }

    /** The TLS of the listeners that have it, by their names. */
    private static Map<String, Tls> tls(BrokerConfig config) throws TlsException {
        Map<String, Tls> tls = new HashMap<>();
        for (ListenerConfig each : config.listeners()) {
            if (each.tls() != null) {
                tls.put(each.name(), Tls.load(each.name(), each.tls()));
            }
        }
        return tls;
    }

    private Map<String, Long> openByListener() {
        Map<String, Long> open = new TreeMap<>();
        listeners.forEach(listener -> open.put(listener.name(), (long) listener.openConnections()));
        return open;
    }

    private MetricsPage metrics() {
        return new MetricsPage(
                ProductVersion.text(),
                config.durability().name().toLowerCase(Locale.ROOT),
                config.folder(),
                counters,
                this::openByListener,
                () -> {
                    BrokerInstance current = serving();
                    return current == null ? null : current.gauges();
                });
    }

    private @Nullable BrokerInstance serving() {
        BrokerInstance current = instance;
        return state == BrokerState.RUNNING && current != null && current.isRunning() ? current : null;
    }

    // ---- other settings while it runs

    /**
     * Reads settings and the files that they name again and puts in force what can change while the broker runs. What
     * cannot is named in the log; when anything is wrong the log says what, and all stays as it was. Any thread; waits.
     *
     * @return whether they are in force
     */
    public boolean reload(ConfigSource source) {
        try {
            return supervisor.submit(() -> reloadNow(source)).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            LOG.error("the configuration could not be read again; everything stays as it was", e.getCause());
            return false;
        }
    }

    private boolean reloadNow(ConfigSource source) {
        try {
            Reload reload = Reload.of(config, source.open());
            List<Runnable> changes = new ArrayList<>();
            for (Reloadable part : reloadables) {
                changes.add(part.prepare(reload.config()));
            }
            changes.forEach(Runnable::run);
            config = reload.config();
            if (reload.atNextStart().isEmpty()) {
                LOG.info("the configuration was read again; {}", reload.line());
            } else {
                LOG.warn("the configuration was read again; {}", reload.line());
            }
            return true;
        } catch (ConfigurationException | IOException e) {
            LOG.error("the configuration was read again and refused, everything stays as it was: {}", e.getMessage());
            return false;
        }
    }

    private Runnable reloadListeners(BrokerConfig next) throws IOException {
        Map<String, Tls> tls = tls(next);
        return () -> {
            for (Listener listener : listeners) {
                for (ListenerConfig each : next.listeners()) {
                    if (each.name().equals(listener.name())) {
                        listener.use(each, tls.get(each.name()));
                    }
                }
            }
        };
    }

    private Runnable reloadLimits(BrokerConfig next) {
        return () -> {
            connections.use(next.transport(), next.codec());
            BrokerInstance current = instance;
            if (current != null) {
                current.use(next);
            }
        };
    }

    private static Runnable reloadLogLevel(BrokerConfig next) {
        return () -> LogOutput.apply(next.log());
    }

    /**
     * Reads the files again that say who may connect and who may do what. Clients whose account has changed are disconnected;
     * everything else is judged by the new rules from the next packet on.
     *
     * @throws AccessFileException when one of them cannot be used: then everything stays as it was
     */
    public void reloadAccess() throws AccessFileException {
        access.reread().run();
        reviewAccess();
    }

    private Runnable reloadAccess(BrokerConfig next) throws AccessFileException {
        Runnable change = access.reread();
        return () -> {
            change.run();
            reviewAccess();
        };
    }

    private void reviewAccess() {
        BrokerInstance current = instance;
        if (current != null) {
            current.reviewAccess();
        }
    }

    // ---- failure and new life

    private void instanceFailed(Throwable cause) {
        LOG.error("the broker has failed; connections are closed and recovery is tried", cause);
        if (cause instanceof DamagedFileException && !damagedFiles) {
            damagedFiles = true; // Merging the same files again would end every life to come.
            LOG.error(
                    "until the next start table files are no longer merged, as one of them is damaged: disk space does not"
                            + " come back; see 'holdfast store check'; 'holdfast store salvage' saves what can be read");
        }
        supervisor.execute(this::replaceInstance);
    }

    /** Ends the present life as a failed write would. */
    void failInstance(Throwable cause) {
        BrokerInstance current = instance;
        if (current != null) {
            current.failed(cause);
        }
    }

    private void replaceInstance() {
        if (state == BrokerState.STOPPING || state == BrokerState.STOPPED) {
            return;
        }
        become(BrokerState.FAILED);
        BrokerInstance failed = instance;
        instance = null;
        if (failed != null) {
            try {
                failed.abandon();
            } catch (StoreException e) {
                LOG.warn("closing the failed store: {}", e.getMessage());
            }
        }
        long wait = failures.failed(System.nanoTime());
        if (wait > 0) {
            LOG.error(
                    "the broker has failed {} times within {} s, so it waits {} s before it opens the store again; the"
                            + " errors above say why",
                    failures.recent(),
                    FailureRate.SPAN_NANOS / 1_000_000_000L,
                    wait);
        }
        ScheduledFuture<?> unused = supervisor.schedule(this::reopen, wait, TimeUnit.SECONDS);
    }

    private void reopen() {
        if (state != BrokerState.FAILED) {
            return;
        }
        become(BrokerState.STARTING);
        reserve.look(0); // A full disk gets its ballast back before the store needs it.
        try {
            BrokerInstance next = open(StoreOptions.Loss.REFUSE);
            instance = next;
            lastRefusal = null;
            become(BrokerState.RUNNING);
            LOG.info("serving again: {}", next.report().line());
        } catch (RuntimeException e) {
            become(BrokerState.FAILED);
            String refusal = String.valueOf(e.getMessage());
            if (!refusal.equals(lastRefusal)) {
                lastRefusal = refusal;
                LOG.error("cannot open the store again, trying every second: {}", refusal);
            }
            ScheduledFuture<?> unused = supervisor.schedule(this::reopen, REOPEN_SECONDS, TimeUnit.SECONDS);
        }
    }

    private synchronized void become(BrokerState next) {
        if (state != next) {
            if (!next.canFollow(state)) {
                throw new IllegalStateException(next + " cannot follow " + state);
            }
            LOG.debug("{} -> {}", state, next);
            state = next;
        }
    }

    // ---- stop

    /** Stops cleanly: no new connections, wills published, everything written, store closed. Any thread; waits. */
    public void stop() {
        try {
            supervisor.submit(this::stopNow).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker did not stop cleanly", e.getCause());
        }
    }

    private void stopNow() {
        if (state == BrokerState.STOPPED) {
            return;
        }
        become(BrokerState.STOPPING);
        listeners.forEach(Listener::close);
        if (admin != null) {
            admin.close();
        }
        try {
            BrokerInstance last = instance;
            if (last != null) {
                last.stop();
            }
        } finally {
            loops.close();
            access.close();
            become(BrokerState.STOPPED);
            supervisor.shutdown();
            stopped.countDown();
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** Returns when the broker has stopped. */
    public void awaitStopped() throws InterruptedException {
        stopped.await();
    }

    // ---- what it is doing

    public BrokerState state() {
        return state;
    }

    /**
     * Sends a note through each shard's event loop and the commit thread to the disk: what a watchdog looks at. A broker
     * that has failed and tries by itself to serve again has nobody to ask, does what a restart would do, and counts as
     * alive. Any thread.
     *
     * @param atMost how long the notes may take
     * @return completes with whether all of them came back in time, on any thread
     */
    public CompletableFuture<Boolean> pulse(Duration atMost) {
        BrokerInstance life = serving();
        CompletableFuture<Boolean> pulse = CompletableFuture.completedFuture(true);
        if (life != null) {
            for (int shard = 0; shard < life.shards(); shard++) {
                pulse = pulse.thenCombine(DurableNote.send(life, shard, atMost), Boolean::logicalAnd);
            }
        }
        return pulse;
    }

    /** The ways in for clients, in the order of the configuration; the default one first if it is there. */
    public List<Listener> listeners() {
        return List.copyOf(listeners);
    }

    /** Where clients can connect, over all listeners. */
    public List<InetSocketAddress> addresses() {
        return listeners.stream()
                .flatMap(listener -> listener.addresses().stream())
                .toList();
    }

    /** The way in for operators, null when it is turned off. */
    public @Nullable AdminEndpoint admin() {
        return admin;
    }

    /** What the last start found, or null while there is none. */
    public @Nullable RecoveryReport recovery() {
        BrokerInstance current = instance;
        return current == null ? null : current.report();
    }

    /** Sockets open now, whatever was received on them. */
    public int openConnections() {
        return connections.openCount();
    }

    public Counters counters() {
        return counters;
    }
}
