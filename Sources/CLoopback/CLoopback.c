// SPDX-License-Identifier: Apache-2.0
//
// poll with a time-out in nanoseconds.

#ifdef __linux__
#define _GNU_SOURCE
#include <time.h>
#endif

#include "CLoopback.h"

#include <limits.h>
#include <stddef.h>

int loopback_poll(struct pollfd *descriptors, nfds_t count, int64_t nanoseconds) {
    if (nanoseconds < 0) {
        return poll(descriptors, count, -1);
    }
#ifdef __linux__
    struct timespec time = {
        .tv_sec = (time_t)(nanoseconds / 1000000000),
        .tv_nsec = (long)(nanoseconds % 1000000000),
    };
    return ppoll(descriptors, count, &time, NULL);
#else
    int64_t milliseconds = nanoseconds / 1000000 + (nanoseconds % 1000000 != 0);
    return poll(descriptors, count, milliseconds < INT_MAX ? (int)milliseconds : INT_MAX);
#endif
}
