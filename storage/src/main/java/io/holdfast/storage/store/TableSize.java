// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

/**
 * The room that a table takes.
 *
 * @param rowsEstimated RocksDB's guess, which counts rows that are overwritten or deleted but still lie in a file
 * @param files table and blob files
 * @param fileBytes their size
 * @param memoryBytes rows that are in the log and in no table file yet
 */
public record TableSize(long rowsEstimated, int files, long fileBytes, long memoryBytes) {}
