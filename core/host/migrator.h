/* Migrations run under an account made for the run, which has nothing but the one database, and is dropped afterwards. */
#ifndef SCOP_HOST_MIGRATOR_H
#define SCOP_HOST_MIGRATOR_H

#include "host/platform.h"

bool scop_migrator_run(struct scop_platform *platform, const char *database, const char *folder, const char *series,
    void (*told)(void *, const char *), void *context);

/* `text` with `_` escaped, for it is a wildcard in GRANT ... ON. */
const char *scop_grant_pattern(struct scop_platform *platform, const char *database);

/* 32 random letters. */
const char *scop_random_password(struct scop_platform *platform);

#endif
