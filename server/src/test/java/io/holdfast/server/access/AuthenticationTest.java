// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.ReasonCode;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AuthenticationTest {
    private static final byte[] NOTHING = new byte[0];

    private final Queue<AuthenticationStep> answers = new ConcurrentLinkedQueue<>();

    @Test
    @DisplayName("T25 only so many clients wait for a judgement; one more is told that the broker is busy")
    void judge_tooManyWait_busy() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        try (Authentication authentication = new Authentication(List.of(), List.of(), true, 1)) {
            AuthenticationMethod.Exchange waits = data -> {
                began.countDown();
                await().until(() -> gate.getCount() == 0);
                return new AuthenticationStep.Accepted("u", null);
            };
            authentication.judge(waits, NOTHING, Runnable::run, answers::add);
            assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();
            AuthenticationMethod.Exchange quick = data -> new AuthenticationStep.Accepted("u", null);
            for (int i = 0; i < AuthenticationThreads.WAITING_MAX; i++) {
                authentication.judge(quick, NOTHING, Runnable::run, answers::add);
            }
            assertThat(answers).isEmpty();
            authentication.judge(quick, NOTHING, Runnable::run, answers::add);
            assertThat(answers)
                    .singleElement()
                    .isInstanceOfSatisfying(
                            AuthenticationStep.Refused.class,
                            no -> assertThat(no.reason()).isEqualTo(ReasonCode.SERVER_BUSY));
            gate.countDown();
            await().until(() -> answers.size() == AuthenticationThreads.WAITING_MAX + 2);
        }
    }

    @Test
    @DisplayName("a method that throws has refused, and the next client is judged")
    void judge_methodThrows_refused() {
        try (Authentication authentication = new Authentication(List.of(), List.of(), true, 1)) {
            AuthenticationMethod.Exchange broken = data -> {
                throw new IllegalStateException("on purpose");
            };
            authentication.judge(broken, NOTHING, Runnable::run, answers::add);
            authentication.judge(
                    data -> new AuthenticationStep.Accepted("u", null), NOTHING, Runnable::run, answers::add);
            await().until(() -> answers.size() == 2);
            assertThat(answers.poll()).isInstanceOf(AuthenticationStep.Refused.class);
            assertThat(answers.poll()).isInstanceOf(AuthenticationStep.Accepted.class);
        }
    }

    @Test
    @DisplayName("two methods of one name are a mistake of whoever starts the broker")
    void construct_sameName_refused() {
        AuthenticationMethod method = new AuthenticationMethod() {
            @Override
            public String name() {
                return "M";
            }

            @Override
            public Exchange begin(String clientId) {
                return data -> new AuthenticationStep.Accepted(clientId, null);
            }
        };
        assertThatThrownBy(() -> new Authentication(List.of(method, method)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("M");
    }
}
