// SPDX-License-Identifier: Apache-2.0
//
// poll with a time-out finer than a millisecond, which Swift's module of the C library does not show.

#ifndef CLOOPBACK_H
#define CLOOPBACK_H

#include <poll.h>
#include <stdint.h>

/// Waits until a descriptor is ready or the time is over. A negative time has no end. Where the system counts in
/// milliseconds, the time is rounded up.
int loopback_poll(struct pollfd *descriptors, nfds_t count, int64_t nanoseconds);

#endif
