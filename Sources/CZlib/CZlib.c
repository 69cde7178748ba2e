// SPDX-License-Identifier: Apache-2.0
//
// zlib's functions, found by name: linking the library would fail where only its development package is missing.

#include "CZlib.h"

#if __has_include(<zlib.h>)

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <zlib.h>

struct czlib_stream {
    z_stream z;
    bool decodes;
};

static struct {
    int (*inflateInit2_)(z_streamp, int, const char *, int);
    int (*inflate)(z_streamp, int);
    int (*inflateReset)(z_streamp);
    int (*inflateEnd)(z_streamp);
    int (*deflateInit2_)(z_streamp, int, int, int, int, int, const char *, int);
    int (*deflate)(z_streamp, int);
    uLong (*deflateBound)(z_streamp, uLong);
    int (*deflateEnd)(z_streamp);
} zlib;

static bool is_available = false;

static void load(void) {
#ifdef __APPLE__
    void *library = dlopen("libz.1.dylib", RTLD_LAZY | RTLD_LOCAL);
#else
    void *library = dlopen("libz.so.1", RTLD_LAZY | RTLD_LOCAL);
#endif
    if (!library) return;
#define FIND(name) ((*(void **)&zlib.name = dlsym(library, #name)) != NULL)
    is_available = FIND(inflateInit2_) && FIND(inflate) && FIND(inflateReset) && FIND(inflateEnd)
        && FIND(deflateInit2_) && FIND(deflate) && FIND(deflateBound) && FIND(deflateEnd);
#undef FIND
}

bool czlib_is_available(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_available;
}

// The window of 32 KB, which is 15, plus 16 for the gzip format.
static const int gzip_window = 15 + 16;

static czlib_stream *make(bool decodes) {
    if (!czlib_is_available()) return NULL;
    czlib_stream *stream = calloc(1, sizeof(czlib_stream));
    if (!stream) return NULL;
    stream->decodes = decodes;
    int code = decodes
        ? zlib.inflateInit2_(&stream->z, gzip_window, ZLIB_VERSION, (int)sizeof(z_stream))
        : zlib.deflateInit2_(
            &stream->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            (int)sizeof(z_stream)
        );
    if (code == Z_OK) return stream;
    free(stream);
    return NULL;
}

czlib_stream *czlib_make_decoder(void) { return make(true); }

czlib_stream *czlib_make_encoder(void) { return make(false); }

bool czlib_begin_member(czlib_stream *stream) { return zlib.inflateReset(&stream->z) == Z_OK; }

static uInt clamped(size_t size) { return size > UINT_MAX ? UINT_MAX : (uInt)size; }

czlib_status czlib_decode(
    czlib_stream *stream, const uint8_t *input, size_t *input_left, uint8_t *output, size_t *output_left
) {
    z_stream *z = &stream->z;
    uInt input_size = clamped(*input_left), output_size = clamped(*output_left);
    z->next_in = (Bytef *)input;
    z->avail_in = input_size;
    z->next_out = output;
    z->avail_out = output_size;
    int code = zlib.inflate(z, Z_NO_FLUSH);
    *input_left -= input_size - z->avail_in;
    *output_left -= output_size - z->avail_out;
    switch (code) {
    case Z_OK:
    case Z_BUF_ERROR: return czlib_more;
    case Z_STREAM_END: return czlib_end;
    case Z_MEM_ERROR: return czlib_exhausted;
    default: return czlib_corrupt;
    }
}

size_t czlib_encoded_bound(czlib_stream *stream, size_t input_size) {
    return zlib.deflateBound(&stream->z, input_size);
}

size_t czlib_encode_all(
    czlib_stream *stream, const uint8_t *input, size_t input_size, uint8_t *output, size_t output_size
) {
    if (input_size > UINT_MAX || output_size > UINT_MAX) return 0;
    stream->z.next_in = (Bytef *)input;
    stream->z.avail_in = (uInt)input_size;
    stream->z.next_out = output;
    stream->z.avail_out = (uInt)output_size;
    return zlib.deflate(&stream->z, Z_FINISH) == Z_STREAM_END ? output_size - stream->z.avail_out : 0;
}

void czlib_free(czlib_stream *stream) {
    if (stream->decodes) {
        zlib.inflateEnd(&stream->z);
    } else {
        zlib.deflateEnd(&stream->z);
    }
    free(stream);
}

#else

bool czlib_is_available(void) { return false; }

czlib_stream *czlib_make_decoder(void) { return NULL; }

czlib_stream *czlib_make_encoder(void) { return NULL; }

bool czlib_begin_member(czlib_stream *stream) { return false; }

czlib_status czlib_decode(
    czlib_stream *stream, const uint8_t *input, size_t *input_left, uint8_t *output, size_t *output_left
) {
    return czlib_exhausted;
}

size_t czlib_encoded_bound(czlib_stream *stream, size_t input_size) { return 0; }

size_t czlib_encode_all(
    czlib_stream *stream, const uint8_t *input, size_t input_size, uint8_t *output, size_t output_size
) {
    return 0;
}

void czlib_free(czlib_stream *stream) {}

#endif
