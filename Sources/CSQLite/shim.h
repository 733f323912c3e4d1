#ifndef CSQLITE_SHIM_H
#define CSQLITE_SHIM_H
// Debian's SQLite has the hook that sees rows before and after a change.
#define SQLITE_ENABLE_PREUPDATE_HOOK
#include <sqlite3.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

// Swift cannot call variadic functions.
static inline int sqlite3_disable_double_quoted_literals(sqlite3 *handle) {
    int code = sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, (void *)0);
    return code == SQLITE_OK ? sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, (void *)0) : code;
}

static inline int sqlite3_disable_memory_status(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

#ifdef __linux__
// As in linux/stat.h, whose other names Swift would take for this module's.
struct kt_statx {
    unsigned mask, block_size;
    unsigned long long attributes;
    unsigned links, user, group;
    unsigned short mode, spare;
    unsigned long long inode, size, blocks, attributes_mask;
    struct { long long seconds; unsigned nanoseconds; int reserved; } access, birth, change, modification;
    unsigned long long rest[32];
};
extern long syscall(long number, ...);
#endif

// When a file was made, in nanoseconds since 1970; 0 where nobody knows. glibc hides statx from Swift.
static inline long long kt_birth(const char *path) {
#ifdef __linux__
    struct kt_statx facts;
    const int here = -100;  // AT_FDCWD
    const unsigned birth = 0x800;  // STATX_BTIME
    if (syscall(SYS_statx, here, path, 0, birth, &facts) == 0 && (facts.mask & birth))
        return facts.birth.seconds * 1000000000 + facts.birth.nanoseconds;
#endif
    return 0;
}
#endif
