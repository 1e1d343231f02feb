// SPDX-License-Identifier: Apache-2.0
//
// Makes calls on files below one folder fail or stall, for tests (LD_PRELOAD). Built by FailIo.java.
//
//   FAILIO_FOLDER    absolute path; files elsewhere are never touched
//   FAILIO_CONTROL   path of a control file. While it exists the fault is on, and its one line says which:
//
//       OPERATION ERROR FIRST COUNT
//
//       OPERATION   write (write, pwrite, writev), sync (fsync, fdatasync), open (for writing), rename or any
//       ERROR       EIO, ENOSPC, or a number of milliseconds to stall before the call goes on
//       FIRST       which matching call since the file appeared is the first to be hit, from 1
//       COUNT       how many are hit, 0 for all that follow; below zero: the first and then every so many
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static ino_t armed_inode;           // identity of the control file the counter belongs to
static struct timespec armed_time;
static long calls;

static int is_below(const char *path) {
    const char *folder = getenv("FAILIO_FOLDER");
    if (folder == NULL) return 0;
    size_t prefix = strlen(folder);
    return strncmp(path, folder, prefix) == 0 && (path[prefix] == '/' || path[prefix] == 0);
}

static int below_folder(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_below(path);
}

static void stall(long millis) {
    struct timespec left = {millis / 1000, (millis % 1000) * 1000000};
    while (nanosleep(&left, &left) == -1 && errno == EINTR) { }
}

// One byte for each call that was hit, so that a test knows.
static void count_hit(const char *control) {
    char hits[PATH_MAX];
    snprintf(hits, sizeof hits, "%s.hits", control);
    int fd = (int) syscall(SYS_openat, AT_FDCWD, hits, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0) {
        syscall(SYS_write, fd, "x", (size_t) 1);
        syscall(SYS_close, fd);
    }
}

// 0 to go on, otherwise the error number the call fails with. The file is given by its path, or else by its number.
static int fault(const char *path, int fd, const char *operation) {
    const char *control = getenv("FAILIO_CONTROL");
    struct stat now;
    char wanted[16], error[16];
    long first, count;
    if (control == NULL || stat(control, &now) != 0) return 0;
    if (path != NULL ? !is_below(path) : !below_folder(fd)) return 0;
    FILE *file = fopen(control, "r");
    if (file == NULL) return 0;
    int fields = fscanf(file, "%15s %15s %ld %ld", wanted, error, &first, &count);
    fclose(file);
    if (fields != 4 || (strcmp(wanted, "any") != 0 && strcmp(wanted, operation) != 0)) return 0;

    pthread_mutex_lock(&mutex);
    if (now.st_ino != armed_inode || now.st_mtim.tv_sec != armed_time.tv_sec
            || now.st_mtim.tv_nsec != armed_time.tv_nsec) {
        armed_inode = now.st_ino;
        armed_time = now.st_mtim;
        calls = 0;
    }
    long call = ++calls;
    pthread_mutex_unlock(&mutex);

    if (call < first || (count > 0 && call >= first + count)) return 0;
    if (count < 0 && (call - first) % -count != 0) return 0;
    count_hit(control);
    if (strcmp(error, "EIO") == 0) return EIO;
    if (strcmp(error, "ENOSPC") == 0) return ENOSPC;
    stall(atol(error));
    return 0;
}

#define NEXT(name) ((__typeof__(&name)) dlsym(RTLD_NEXT, #name))
#define GUARD(fd, operation) \
    do { \
        int saved = errno, error = fault(NULL, fd, operation); \
        errno = saved; \
        if (error != 0) { errno = error; return -1; } \
    } while (0)

ssize_t write(int fd, const void *bytes, size_t length) {
    GUARD(fd, "write");
    return NEXT(write)(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    GUARD(fd, "write");
    return NEXT(pwrite)(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    GUARD(fd, "write");
    return NEXT(pwrite64)(fd, bytes, length, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    GUARD(fd, "write");
    return NEXT(writev)(fd, parts, count);
}

int fsync(int fd) {
    GUARD(fd, "sync");
    return NEXT(fsync)(fd);
}

int fdatasync(int fd) {
    GUARD(fd, "sync");
    return NEXT(fdatasync)(fd);
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list values; \
            va_start(values, flags); \
            mode = va_arg(values, mode_t); \
            va_end(values); \
        } \
        if ((flags & O_ACCMODE) != O_RDONLY) { \
            int saved = errno, error = fault(path, -1, "open"); \
            errno = saved; \
            if (error != 0) { errno = error; return -1; } \
        } \
        return NEXT(name)(path, flags, mode); \
    }

OPEN(open)
OPEN(open64)

int rename(const char *old, const char *new) {
    int saved = errno, error = fault(new, -1, "rename");
    errno = saved;
    if (error != 0) { errno = error; return -1; }
    return NEXT(rename)(old, new);
}
