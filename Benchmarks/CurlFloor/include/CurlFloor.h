// SPDX-License-Identifier: Apache-2.0
//
// The least that HTTP by libcurl takes: a loop on its multi interface in C, which the transport is compared to.

#ifndef CURL_FLOOR_H
#define CURL_FLOOR_H

#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

/// What is sent, and how many requests at once. Texts and body are copied.
typedef struct {
    const char *url;
    /// The PEM file with the authorities to trust.
    const char *_Nullable ca_file;
    /// What is posted; without it, the requests are GETs.
    const char *_Nullable body;
    size_t body_bytes;
    /// How long the body of each response must be.
    size_t response_bytes;
    int in_flight;
    /// CURLOPT_BUFFERSIZE
    long buffer_bytes;
    /// Whether each response gets memory of its own, as that of a client must that hands bodies out, and gives it back
    /// when it has been checked. Otherwise a handle uses its memory again and again.
    bool owns_bodies;
} curl_floor_options;

/// A client with its connections. One thread at a time may use it.
typedef struct curl_floor curl_floor;

/// Makes a client; NULL if there is no memory left, or libcurl refuses an option.
curl_floor *_Nullable curl_floor_create(const curl_floor_options *options);

/// Sends so many requests and takes their responses. Returns NULL if all are as they must be, or what is wrong; what
/// it returns is valid until the next call.
const char *_Nullable curl_floor_run(curl_floor *floor, long requests);

void curl_floor_destroy(curl_floor *floor);

/// Tells glibc from how many free bytes at the end of its heap on it returns them to the system, and from which size on
/// it maps what is asked for instead of taking it from the heap. Nothing happens where the C library is another.
void curl_floor_set_heap(int trim_threshold, int mmap_threshold);

#pragma clang assume_nonnull end

#endif
