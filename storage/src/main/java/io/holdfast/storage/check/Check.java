// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import java.util.Locale;

/** The checks, each with what a finding of it means and what to do about it. Names are stable: scripts read them. */
public enum Check {
    BLOCK(
            "Blocks of a table file cannot be read or are not as they were written: the disk or its memory changed them.",
            "Copy the folder away, look after the disk, and restore a backup; rows outside these blocks are still readable."),
    KEY(
            "A key is none that its table can have, so nobody will ever find the row.",
            "Report it: no version writes such a key. The rest of the store is not affected."),
    CHECKSUM(
            "A row is not as it was written, so it is not used; what it held is lost.",
            "Copy the folder away and restore a backup if the session or message matters; everybody else is served."),
    RECORD(
            "A row is as it was written, but holds no record of its table.",
            "Report it, with the dump of the row. The row is not used; everybody else is served."),
    META(
            "Files or rows that name the store contradict each other: files of two stores were mixed.",
            "Restore the whole folder from one backup."),
    WATERMARK(
            "The file that remembers how far the log reached is missing or unreadable, so a loss at the log's end would go"
                    + " unseen.",
            "Nothing is lost by this. The next start writes the file anew."),
    LOG(
            "The write-ahead log cannot be read to the end of what was written, or ends before what was certainly on disk.",
            "Copy the folder away before the broker starts on it; then restore a backup or accept the loss."),
    POSITION(
            "Log rows, message ids and positions do not fit together: a group is missing, or a row speaks of one that never"
                    + " was.",
            "Restore a backup; until then sessions that the missing group spoke of may lack messages."),
    FLOOR(
            "The log was cut further than the sessions' rows reach, so what the cut part said is lost.",
            "Restore a backup, and report it: the broker must never do this."),
    CHECKPOINT(
            "A session's rows contradict themselves or the log.",
            "Report it, with 'store dump --client' of this session. Ending the session (clean start) mends the store."),
    ORDER("Messages or times do not rise where they must.", "Report it, with 'store dump --client' of this session."),
    PACKET_ID(
            "Packet identifiers under way are impossible or ambiguous, so an acknowledgement could settle the wrong message.",
            "End the session (clean start) before its client goes on, and report it."),
    MESSAGE(
            "A message that somebody still waits for is not in the store: it is lost.",
            "Restore a backup if it matters. The broker skips it and goes on."),
    REFERENCE(
            "A row refers to another one that is not there, or that does not refer back.",
            "Harmless to everybody else; the row takes room, or a session waits longer than it should."),
    COUNTER(
            "A number that the store keeps of itself is not what its rows add up to.",
            "Too low a number of the next session would use one twice: restore a backup. Other counters are counted anew"
                    + " after the next unclean stop."),
    MEMBERSHIP(
            "A shared subscription and its group do not know each other.",
            "The member gets nothing of this group until it subscribes again."),
    ORIGIN(
            "A message that came through a shared group does not say through which.",
            "If the member ends before it has sent the message, nobody else will get it.");

    private final String meaning;
    private final String advice;

    Check(String meaning, String advice) {
        this.meaning = meaning;
        this.advice = advice;
    }

    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public String meaning() {
        return meaning;
    }

    public String advice() {
        return advice;
    }
}
