// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.user;

import io.holdfast.server.ConfigurationException;
import io.holdfast.server.account.AccountEditor;
import io.holdfast.tools.SettingOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all verbs for accounts share: which file, and what goes wrong. */
@Command(
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:not done: no such account, one that is there already, or a file that cannot be used",
            "2:wrong usage or configuration"
        })
abstract class UserOperation implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "The password file; without it access.password-file of the configuration.")
    private @Nullable Path file;

    @Mixin
    private SettingOptions settings = new SettingOptions();

    /** Does it, or says in one sentence why not. */
    abstract void run(AccountEditor editor) throws IOException, NotDoneException;

    /** A reason not to do what was asked. */
    static final class NotDoneException extends Exception {
        private static final long serialVersionUID = 1;

        NotDoneException(String sentence) {
            super(sentence);
        }
    }

    @Override
    public Integer call() {
        try {
            run(new AccountEditor(chosen()));
            out().flush();
            return ExitCode.OK;
        } catch (ConfigurationException e) {
            return fail(ExitCode.USAGE, e.getMessage());
        } catch (IOException | NotDoneException e) {
            return fail(ExitCode.SOFTWARE, e.getMessage());
        }
    }

    private Path chosen() throws ConfigurationException, NotDoneException {
        if (file != null) {
            return file;
        }
        Path configured = settings.reader().read().access().passwordFile();
        if (configured == null) {
            throw new NotDoneException(
                    "which password file? Give --file FILE, or --config with a configuration that sets access.password-file");
        }
        return configured;
    }

    private int fail(int code, @Nullable String sentence) {
        spec.commandLine().getErr().println("holdfast: " + sentence);
        spec.commandLine().getErr().flush();
        return code;
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
