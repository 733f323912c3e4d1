#ifndef CSQLITE_SHIM_H
#define CSQLITE_SHIM_H
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/stat.h>
#endif

// Swift cannot call variadic functions.
static inline int sqlite3_disable_double_quoted_literals(sqlite3 *handle) {
    int code = sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, (void *)0);
    return code == SQLITE_OK ? sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, (void *)0) : code;
}

static inline int sqlite3_disable_memory_status(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// When a file was made, in nanoseconds since 1970; 0 where nobody knows. glibc hides statx from Swift.
static inline long long kt_birth(const char *path) {
#ifdef __linux__
    struct statx facts;
    if (syscall(SYS_statx, AT_FDCWD, path, 0, STATX_BTIME, &facts) == 0 && (facts.stx_mask & STATX_BTIME))
        return (long long)facts.stx_btime.tv_sec * 1000000000 + facts.stx_btime.tv_nsec;
#endif
    return 0;
}
#endif
