// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * SIGHUP, by which operators tell a server to read its files again. The JDK has no interface for signals that is meant for
 * everybody; the one it has is asked for by name, so that a JVM without it runs Holdfast all the same.
 */
final class HangUp {
    private static final String SIGNAL = "sun.misc.Signal";
    private static final String HANDLER = "sun.misc.SignalHandler";

    private HangUp() {}

    /**
     * Runs a task at each SIGHUP, on a thread of its own.
     *
     * @return false where that is not possible: without that interface, on Windows, or when started by nohup
     */
    static boolean handle(Runnable task) {
        try {
            Class<?> signal = Class.forName(SIGNAL);
            Class<?> handler = Class.forName(HANDLER);
            Object onSignal = Proxy.newProxyInstance(
                    HangUp.class.getClassLoader(),
                    new Class<?>[] {handler},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "handle" -> {
                            task.run();
                            yield null;
                        }
                        case "equals" -> proxy == arguments[0];
                        case "hashCode" -> System.identityHashCode(proxy);
                        default -> HangUp.class.getName();
                    });
            Object before = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), onSignal);
            return before != handler.getField("SIG_IGN").get(null);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException) {
                return false;
            }
            throw new IllegalStateException("SIGHUP cannot be handled", e.getCause());
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
