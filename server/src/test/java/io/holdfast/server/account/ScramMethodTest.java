// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.access.AuthenticationMethod;
import io.holdfast.server.access.AuthenticationStep;
import io.holdfast.server.access.PasswordCheck;
import io.holdfast.server.testkit.ScramClient;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramMethodTest {
    @TempDir
    private Path folder;

    private Accounts accounts;
    private ScramMethod method;

    @BeforeEach
    void open() throws IOException {
        Path file = folder.resolve("passwords");
        AccountEditor editor = new AccountEditor(file);
        editor.putScram("ada", "love".getBytes(UTF_8), Set.of(), 4_096);
        editor.putScram("a,b=c", "comma".getBytes(UTF_8), Set.of(), 4_096);
        editor.put("bob", "build".getBytes(UTF_8), Set.of(), 1_000);
        // The account of the example in RFC 7677: user, pencil.
        byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
        String hash = PasswordHash.scram("pencil".getBytes(UTF_8), salt, 4_096).text();
        Files.writeString(file, Files.readString(file) + "user:" + hash + "\n");
        accounts = new Accounts(file, 3, Duration.ofHours(1));
        method = new ScramMethod(accounts);
    }

    private AuthenticationStep run(String user, String password) {
        AuthenticationMethod.Exchange exchange = method.begin("c");
        ScramClient client = new ScramClient(user, password);
        AuthenticationStep first = exchange.next(client.first());
        if (!(first instanceof AuthenticationStep.Continue challenge)) {
            return first;
        }
        AuthenticationStep last = exchange.next(client.proof(challenge.data()));
        if (last instanceof AuthenticationStep.Accepted accepted) {
            assertThat(client.believes(accepted.data())).isTrue();
        }
        return last;
    }

    @Test
    @DisplayName("the example of RFC 7677 runs letter by letter")
    void exchange_rfcExample_same() {
        AuthenticationMethod.Exchange exchange = method.new Run(null, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        AuthenticationStep first = exchange.next("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".getBytes(US_ASCII));
        assertThat(new String(((AuthenticationStep.Continue) first).data(), US_ASCII))
                .isEqualTo("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        AuthenticationStep last = exchange.next(("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
                .getBytes(US_ASCII));
        assertThat(new String(((AuthenticationStep.Accepted) last).data(), US_ASCII))
                .isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    @Test
    @DisplayName("who knows the password is accepted under its name, and can check the server")
    void exchange_rightPassword_accepted() {
        for (String[] known : new String[][] {{"ada", "love"}, {"a,b=c", "comma"}}) {
            AuthenticationStep.Accepted accepted = (AuthenticationStep.Accepted) run(known[0], known[1]);
            assertThat(accepted.userName()).isEqualTo(known[0]);
            assertThat(accounts.stands(known[0], accepted.proof())).isTrue();
        }
    }

    @Test
    @DisplayName(
            "T34 wrong passwords, unknown users and accounts without SCRAM get one answer, and a salt that does not change")
    void exchange_refused_oneAnswer() {
        assertThat(run("ada", "hate")).isSameAs(PasswordCheck.WRONG);
        assertThat(run("bob", "build")).isSameAs(PasswordCheck.WRONG);
        assertThat(run("eve", "x")).isSameAs(PasswordCheck.WRONG);
        assertThat(salt("eve")).isEqualTo(salt("eve")).isNotEqualTo(salt("bob"));
        assertThat(salt("ada")).isEqualTo(salt("ada"));
    }

    private String salt(String user) {
        AuthenticationStep first = method.begin("c").next(new ScramClient(user, "x").first());
        String text = new String(((AuthenticationStep.Continue) first).data(), US_ASCII);
        return text.substring(text.indexOf(",s="));
    }

    @Test
    @DisplayName("T34 guessing locks out by user and address here too")
    void exchange_manyWrong_locked() throws IOException {
        InetAddress here = InetAddress.getByName("192.0.2.7");
        for (int i = 0; i < 3; i++) {
            ScramClient client = new ScramClient("ada", "guess" + i);
            AuthenticationMethod.Exchange exchange = method.begin("c", here);
            AuthenticationStep first = exchange.next(client.first());
            assertThat(exchange.next(client.proof(((AuthenticationStep.Continue) first).data())))
                    .isSameAs(PasswordCheck.WRONG);
        }
        AuthenticationStep locked = method.begin("c", here).next(new ScramClient("ada", "love").first());
        assertThat(((AuthenticationStep.Refused) locked).reason()).isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
        assertThat(run("ada", "love")).isInstanceOf(AuthenticationStep.Accepted.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "n",
                "n,,",
                "n,,n=ada",
                "n,,n=ada,r=",
                "n,,n=,r=x",
                "n,,n=a=b,r=x",
                "n,,n=ada,r=a b",
                "x,,n=ada,r=x",
                "n,,m=1,n=ada,r=x",
                "p=tls-unique,,n=ada,r=x",
                "n,a=root,n=ada,r=x"
            })
    @DisplayName("T08 a first message that is none is refused without looking at an account")
    void first_malformed_refused(String message) {
        AuthenticationStep step = method.begin("c").next(message.getBytes(UTF_8));
        assertThat(((AuthenticationStep.Refused) step).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "p=",
                "c=biws,r=NONCE",
                "c=biws,r=NONCE,p=%%%",
                "c=biws,r=NONCE,p=AAAA",
                "c=eSws,r=NONCE,p=PROOF",
                "c=biws,r=x,p=PROOF"
            })
    @DisplayName("T08 a last message that is none, for another exchange or header, is refused")
    void last_malformed_refused(String message) {
        AuthenticationMethod.Exchange exchange = method.begin("c");
        ScramClient client = new ScramClient("ada", "love");
        AuthenticationStep first = exchange.next(client.first());
        String proof = new String(client.proof(((AuthenticationStep.Continue) first).data()), US_ASCII);
        String nonce = proof.substring(proof.indexOf(",r=") + 3, proof.indexOf(",p="));
        String bad = message.replace("NONCE", nonce).replace("PROOF", proof.substring(proof.indexOf(",p=") + 3));
        AuthenticationStep last = exchange.next(bad.getBytes(UTF_8));
        assertThat(((AuthenticationStep.Refused) last).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }
}
