// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import java.util.Map;

/**
 * What an open store takes now.
 *
 * @param tableBytes table and blob files of each table
 * @param memoryBytes rows that are in the log and in no table file yet, outside the Java heap
 * @param cacheBytes blocks kept from reading, outside the Java heap
 * @param logBytes files of the write-ahead log
 */
public record StoreFigures(Map<Table, Long> tableBytes, long memoryBytes, long cacheBytes, long logBytes) {}
