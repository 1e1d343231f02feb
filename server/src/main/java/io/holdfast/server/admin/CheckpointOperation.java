// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.storage.store.StoreCheckpoint;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreRefusedException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A copy of the store while the broker works, into a folder of the broker's machine. */
final class CheckpointOperation {
    private final AdminLife life;

    CheckpointOperation(AdminLife life) {
        this.life = life;
    }

    Map<String, @Nullable Object> run(AdminRequest request) {
        Path target = target(request);
        try {
            StoreCheckpoint.Written written = life.checkpoint(target);
            Map<String, @Nullable Object> tree = Json.object();
            tree.put("folder", target.toString());
            tree.put("sequence", written.sequence());
            tree.put("bytes", written.bytes());
            tree.put("linked", written.linked());
            return tree;
        } catch (StoreRefusedException e) {
            throw new AdminException(AdminException.CONFLICT, String.valueOf(e.getMessage()));
        } catch (StoreException e) {
            throw new AdminException(AdminException.INTERNAL, String.valueOf(e.getMessage()));
        }
    }

    private static Path target(AdminRequest request) {
        request.allow("to");
        String to = request.text("to");
        try {
            Path target = Path.of(to == null ? "" : to);
            if (target.isAbsolute()) {
                return target;
            }
        } catch (InvalidPathException e) {
            // Answered below, as a path that cannot be used.
        }
        throw AdminRequest.bad("to must be the absolute path of the folder to make");
    }
}
