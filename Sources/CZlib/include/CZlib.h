// SPDX-License-Identifier: Apache-2.0
//
// gzip by the system's zlib, which is looked for when the program runs: where there is none, or none of its headers when
// this is compiled, everything still builds and says so when asked.

#ifndef CZLIB_H
#define CZLIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// A stream on its way through zlib.
typedef struct czlib_stream czlib_stream;

typedef enum : int {
    /// All input that there was is used, or all room; there may be more.
    czlib_more,
    /// The gzip member has come to its end, its checksum and length are right.
    czlib_end,
    /// The input is not gzip.
    czlib_corrupt,
    /// There is no memory.
    czlib_exhausted,
} czlib_status;

/// Whether there is a zlib.
bool czlib_is_available(void);

/// A stream from gzip to what it holds; NULL if there is no zlib or no memory.
czlib_stream *_Nullable czlib_make_decoder(void);

/// A stream from bytes to gzip; NULL if there is no zlib or no memory.
czlib_stream *_Nullable czlib_make_encoder(void);

/// Begins with the next gzip member.
bool czlib_begin_member(czlib_stream *stream);

/// Moves as much as there is input and room for, and lowers both counts by what was used.
czlib_status czlib_decode(
    czlib_stream *stream, const uint8_t *_Nullable input, size_t *input_left, uint8_t *output, size_t *output_left
);

/// The most bytes that an encoder makes of so many.
size_t czlib_encoded_bound(czlib_stream *stream, size_t input_size);

/// Encodes all input at once; the size of the result, or 0 if the room is too small or memory short.
size_t czlib_encode_all(
    czlib_stream *stream, const uint8_t *_Nullable input, size_t input_size, uint8_t *output, size_t output_size
);

void czlib_free(czlib_stream *stream);

#pragma clang assume_nonnull end

#endif
