/* Preloaded into the program: the disk under its database fails at one moment.
   KEEPTOUCH_FAULT_AT=n  the n-th write, sync or truncation of the database's files fails (0: none);
   KEEPTOUCH_FAULT_CODE  with this errno; KEEPTOUCH_FAULT_ALL=1: so do all that follow;
   KEEPTOUCH_FAULT_COUNT names a file that gets the number of such calls. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static long number(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

static int fails(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    const char *name = strstr(path, "/keeptouch.db");
    if (!name || strstr(name, ".lock") || strstr(name, ".secret") || strstr(name, ".instance")) return 0;
    long call = atomic_fetch_add(&calls, 1) + 1, at = number("KEEPTOUCH_FAULT_AT");
    if (at == 0 || call < at || (call > at && !number("KEEPTOUCH_FAULT_ALL"))) return 0;
    errno = (int)number("KEEPTOUCH_FAULT_CODE");
    return 1;
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("KEEPTOUCH_FAULT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld", atomic_load(&calls));
    fclose(file);
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

ssize_t pwrite64(int d, const void *b, size_t n, off64_t o) {
    return fails(d) ? -1 : REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(d, b, n, o);
}
ssize_t pwrite(int d, const void *b, size_t n, off_t o) {
    return fails(d) ? -1 : REAL(ssize_t, "pwrite", int, const void *, size_t, off_t)(d, b, n, o);
}
ssize_t write(int d, const void *b, size_t n) {
    return fails(d) ? -1 : REAL(ssize_t, "write", int, const void *, size_t)(d, b, n);
}
int fsync(int d) { return fails(d) ? -1 : REAL(int, "fsync", int)(d); }
int fdatasync(int d) { return fails(d) ? -1 : REAL(int, "fdatasync", int)(d); }
int ftruncate64(int d, off64_t n) { return fails(d) ? -1 : REAL(int, "ftruncate64", int, off64_t)(d, n); }
int ftruncate(int d, off_t n) { return fails(d) ? -1 : REAL(int, "ftruncate", int, off_t)(d, n); }
