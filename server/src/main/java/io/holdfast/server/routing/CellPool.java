// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.storage.store.Snapshot;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cells of four ints each, named by their index; index 0 is no cell.
 *
 * <p>Cells lie in pages that never move: growing adds a page and copies the page table only, so the writer never stops to
 * copy millions of cells, and a cell has one home for ever. A reader loads the page table <em>after</em> the index of the
 * cell; since the writer publishes the page before any index into it, the page is there.
 *
 * <p>Links and counts that readers follow are written with release and read with acquire, so a cell is whole before
 * anybody can reach it. Freed cells form a list through their first int; {@link Epochs} sees to it that no reader stands
 * on them by then.
 */
final class CellPool implements Epochs.Pool {
    static final int CELL_INTS = 4;

    private static final int PAGE_SHIFT = 10;
    private static final int PAGE_CELLS = 1 << PAGE_SHIFT;
    private static final int CELLS_MAX = 1 << 29;
    private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);

    private volatile int[][] pages = {new int[PAGE_CELLS * CELL_INTS]};

    // writer only
    private int neverUsed = 1;
    private int firstFree;
    private int live;

    /** Any thread, with acquire. */
    int get(int cell, int field) {
        return (int) INT.getAcquire(pages[cell >>> PAGE_SHIFT], position(cell, field));
    }

    /** Any thread, for fields that never change while the cell is in use: two neighbouring fields as one long. */
    long getLong(int cell, int field) {
        int[] page = pages[cell >>> PAGE_SHIFT];
        int position = position(cell, field);
        return ((long) page[position] << Integer.SIZE) | (page[position + 1] & 0xffff_ffffL);
    }

    /** Writer only, with release. */
    void set(int cell, int field, int value) {
        INT.setRelease(pages[cell >>> PAGE_SHIFT], position(cell, field), value);
    }

    /** Writer only, before the cell is published. */
    void setLong(int cell, int field, long value) {
        int[] page = pages[cell >>> PAGE_SHIFT];
        int position = position(cell, field);
        page[position] = (int) (value >>> Integer.SIZE);
        page[position + 1] = (int) value;
    }

    /** Writer only: a cell whose four ints are 0. */
    int allocate() {
        live++;
        int cell = firstFree;
        if (cell != 0) {
            int[] page = pages[cell >>> PAGE_SHIFT];
            firstFree = page[position(cell, 0)];
            Arrays.fill(page, position(cell, 0), position(cell, 0) + CELL_INTS, 0);
            return cell;
        }
        cell = neverUsed++;
        if (cell >>> PAGE_SHIFT == pages.length) {
            addPage();
        }
        return cell;
    }

    /** Writer only: no reader can stand on the cell. */
    @Override
    public void free(int cell) {
        live--;
        pages[cell >>> PAGE_SHIFT][position(cell, 0)] = firstFree;
        firstFree = cell;
    }

    /** Cells in use or waiting for readers. */
    int liveCount() {
        return live;
    }

    /** Cells that have a place in memory. */
    int capacity() {
        return pages.length * PAGE_CELLS;
    }

    long heapBytes() {
        return pages.length * (PAGE_CELLS * (long) CELL_INTS * Integer.BYTES + 20);
    }

    void save(Snapshot.Sink out) throws IOException {
        out.putInt(neverUsed);
        out.putInt(firstFree);
        out.putInt(live);
        for (int[] page : pages) {
            out.putInts(page);
        }
    }

    /** As saved, before any reader knows the pool. */
    void load(ByteBuffer in) {
        neverUsed = in.getInt();
        firstFree = in.getInt();
        live = in.getInt();
        int[][] loaded = new int[(neverUsed - 1 >>> PAGE_SHIFT) + 1][];
        for (int i = 0; i < loaded.length; i++) {
            loaded[i] = new int[PAGE_CELLS * CELL_INTS];
            in.asIntBuffer().get(loaded[i]);
            in.position(in.position() + loaded[i].length * Integer.BYTES);
        }
        pages = loaded;
    }

    private void addPage() {
        if (neverUsed > CELLS_MAX) {
            throw new IllegalStateException("subscription tree is full: " + CELLS_MAX + " cells");
        }
        int[][] more = Arrays.copyOf(pages, pages.length + 1);
        more[pages.length] = new int[PAGE_CELLS * CELL_INTS];
        pages = more;
    }

    private static int position(int cell, int field) {
        return (cell & (PAGE_CELLS - 1)) * CELL_INTS + field;
    }
}
