/* A slower disk, for bench programs and all that they start: each sync takes SLOW_DISK_US
 * microseconds longer. Ratios depend on the disk: on a quick one the processor decides.
 *
 *     SLOW_DISK_US=300 LD_PRELOAD=build/lib/libslow_disk.so build/bin/bench-ledger
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef int sync_fn(int);

static int synced(const char *name, int file) {
    const int result = ((sync_fn *)dlsym(RTLD_NEXT, name))(file);
    const int error = errno;
    const char *const us = getenv("SLOW_DISK_US");
    const struct timespec pause = {0, us ? atol(us) % 1000000 * 1000 : 0};
    nanosleep(&pause, NULL);
    errno = error;
    return result;
}

int fdatasync(int file) { return synced("fdatasync", file); }
int fsync(int file) { return synced("fsync", file); }
