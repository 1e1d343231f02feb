// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** Room and file system under the data folder. */
final class DiskCheck {
    private static final long FREE_BYTES_MIN = 256L << 20;
    private static final long FREE_BYTES_GOOD = 2L << 30;
    private static final String NAME = "disk";

    private DiskCheck() {}

    /** Looks at the disk of a folder that is there. */
    static Diagnosis look(Path folder) {
        try {
            FileStore disk = Files.getFileStore(folder);
            if (!Files.isWritable(folder)) {
                return Diagnosis.fail(
                        NAME, folder + " cannot be written to by this user", "run the broker as the folder's owner");
            }
            return judge(disk.type(), disk.getUsableSpace(), disk.getTotalSpace());
        } catch (IOException e) {
            return Diagnosis.fail(
                    NAME, folder + " cannot be looked at: " + e.getMessage(), "check the path and its owner");
        }
    }

    static Diagnosis judge(String type, long freeBytes, long totalBytes) {
        String what = Quantity.bytes(freeBytes) + " free of " + Quantity.bytes(totalBytes) + " on " + type;
        if (freeBytes < FREE_BYTES_MIN) {
            return Diagnosis.fail(
                    NAME,
                    what + ": a full disk stops the broker",
                    "make room, or choose another disk for store.folder");
        }
        return switch (type) {
            case "tmpfs", "ramfs" ->
                Diagnosis.warn(
                        NAME,
                        what + ": this is memory, nothing on it survives a power cut",
                        "put store.folder on a disk");
            case "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse", "fuseblk", "fuse.sshfs" ->
                Diagnosis.warn(
                        NAME,
                        what + ": whether a sync reaches a disk depends on another program or machine",
                        "put store.folder on a local disk");
            default ->
                freeBytes < FREE_BYTES_GOOD
                        ? Diagnosis.warn(
                                NAME, what + ": queues of many clients may need more", "watch it, or make room")
                        : Diagnosis.ok(NAME, what);
        };
    }
}
