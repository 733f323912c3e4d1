#ifndef CSQLITE_SHIM_H
#define CSQLITE_SHIM_H
#include <sqlite3.h>

// Swift cannot call variadic functions.
static inline int sqlite3_disable_double_quoted_literals(sqlite3 *handle) {
    int code = sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, (void *)0);
    return code == SQLITE_OK ? sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, (void *)0) : code;
}

static inline int sqlite3_disable_memory_status(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
#endif
