// SPDX-License-Identifier: Apache-2.0
//
// Notes what a power cut may not take away: how far each file below one folder was synced, and which names its folders
// had when they were synced (LD_PRELOAD). Built, and read back after a SIGKILL, by PowerCut.java.
//
//   POWERCUT_FOLDER  absolute path; files elsewhere are not noted
//   POWERCUT_GRAVES  a folder on the same file system for files that a rename replaces
//   POWERCUT_LOG     where it is noted, one line each, fields parted by tabs:
//
//       S  path  length   a sync of the file has succeeded; it had this length when the sync began
//       D  path           a sync of the folder has succeeded: its names are durable
//       C  path           the file was made
//       R  old   new  grave   renamed; the file that had the new name before lies in the graves, "-" for none
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int below_folder(const char *path) {
    const char *folder = getenv("POWERCUT_FOLDER");
    if (folder == NULL) return 0;
    size_t prefix = strlen(folder);
    return strncmp(path, folder, prefix) == 0 && (path[prefix] == '/' || path[prefix] == 0);
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return below_folder(path);
}

// One system call for a whole line, so that lines of several threads never mix.
static void note(const char *format, ...) {
    static int log = -1;
    char line[3 * PATH_MAX];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(line, sizeof line, format, values);
    va_end(values);
    if (log < 0) {
        const char *name = getenv("POWERCUT_LOG");
        if (name == NULL) return;
        log = (int) syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    syscall(SYS_write, log, line, (size_t) length);
}

#define NEXT(name) ((__typeof__(&name)) dlsym(RTLD_NEXT, #name))

static void note_sync(int fd, const struct stat *before) {
    char path[PATH_MAX];
    int saved = errno;
    if (path_of(fd, path)) {
        if (S_ISDIR(before->st_mode)) note("D\t%s\n", path);
        else note("S\t%s\t%lld\n", path, (long long) before->st_size);
    }
    errno = saved;
}

#define SYNC(name) \
    int name(int fd) { \
        struct stat before; \
        int known = fstat(fd, &before) == 0; \
        int result = NEXT(name)(fd); \
        if (result == 0 && known) note_sync(fd, &before); \
        return result; \
    }

SYNC(fsync)
SYNC(fdatasync)

static void note_made(int fd, int existed) {
    char path[PATH_MAX];
    int saved = errno;
    if (fd >= 0 && !existed && path_of(fd, path)) note("C\t%s\n", path);
    errno = saved;
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
        int makes = (flags & O_CREAT) != 0; \
        int existed = !makes || access(path, F_OK) == 0; \
        int fd = NEXT(name)(path, flags, mode); \
        note_made(fd, existed); \
        return fd; \
    }

OPEN(open)
OPEN(open64)

int rename(const char *old, const char *new) {
    static int graves;
    char grave[PATH_MAX] = "-";
    const char *folder = getenv("POWERCUT_GRAVES");
    if (below_folder(new) && folder != NULL && access(new, F_OK) == 0) {
        snprintf(grave, sizeof grave, "%s/%d-%d", folder, (int) getpid(), __sync_add_and_fetch(&graves, 1));
        if (link(new, grave) != 0) strcpy(grave, "-");
    }
    int result = NEXT(rename)(old, new);
    if (result == 0 && below_folder(new)) note("R\t%s\t%s\t%s\n", old, new, grave);
    return result;
}
