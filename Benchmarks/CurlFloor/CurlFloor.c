// SPDX-License-Identifier: Apache-2.0
//
// As many easy handles as requests are in flight, each used again for the next request as soon as it is done.

#include "CurlFloor.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/// A handle and the response that it collects.
typedef struct {
    CURL *easy;
    char *response;
    size_t capacity;
    size_t count;
} transfer;

struct curl_floor {
    CURLM *multi;
    struct curl_slist *headers;
    char *body;
    transfer *transfers;
    int count;
    size_t response_bytes;
    bool owns_bodies;
    char problem[256];
};

static size_t receive(char *bytes, size_t size, size_t count, void *context) {
    transfer *transfer = context;
    size_t added = size * count;
    if (transfer->count + added > transfer->capacity) {
        curl_off_t announced = -1;
        curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
        size_t capacity = transfer->count + added;
        capacity = announced >= (curl_off_t)capacity ? (size_t)announced : 2 * capacity;
        char *response = realloc(transfer->response, capacity);
        if (!response) {
            return 0;
        }
        transfer->response = response;
        transfer->capacity = capacity;
    }
    memcpy(transfer->response + transfer->count, bytes, added);
    transfer->count += added;
    return added;
}

static CURLcode prepare(curl_floor *floor, transfer *transfer, const curl_floor_options *options) {
    CURL *easy = transfer->easy;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, options->url);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (!code) code = curl_easy_setopt(easy, CURLOPT_PIPEWAIT, (long)!strncmp(options->url, "https:", 6));
    if (!code) code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, options->buffer_bytes);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, floor->headers);
    if (!code && options->ca_file) code = curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
    if (!code && floor->body) {
        code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)options->body_bytes);
        if (!code) code = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, floor->body);
    }
    return code;
}

/// What the transport sends, too: both send the same bytes.
static struct curl_slist *make_headers(void) {
    const char *lines[] = {"Content-Type: application/json", "User-Agent: swift-dataloader", "Accept-Encoding: gzip"};
    struct curl_slist *headers = NULL;
    for (size_t index = 0; index < sizeof lines / sizeof *lines; index++) {
        struct curl_slist *longer = curl_slist_append(headers, lines[index]);
        if (!longer) {
            curl_slist_free_all(headers);
            return NULL;
        }
        headers = longer;
    }
    return headers;
}

curl_floor *curl_floor_create(const curl_floor_options *options) {
    curl_floor *floor = calloc(1, sizeof(curl_floor));
    if (!floor) {
        return NULL;
    }
    floor->response_bytes = options->response_bytes;
    floor->owns_bodies = options->owns_bodies;
    floor->multi = curl_multi_init();
    floor->headers = make_headers();
    floor->transfers = calloc((size_t)options->in_flight, sizeof(transfer));
    if (options->body && (floor->body = malloc(options->body_bytes + 1))) {
        memcpy(floor->body, options->body, options->body_bytes);
    }
    int failed = !floor->multi || !floor->headers || !floor->transfers || (options->body && !floor->body);
    while (!failed && floor->count < options->in_flight) {
        transfer *transfer = &floor->transfers[floor->count];
        transfer->easy = curl_easy_init();
        if (!transfer->easy) {
            failed = 1;
            break;
        }
        floor->count++;
        failed = prepare(floor, transfer, options) != CURLE_OK;
    }
    if (failed || curl_multi_setopt(floor->multi, CURLMOPT_MAXCONNECTS, (long)options->in_flight + 16) != CURLM_OK) {
        curl_floor_destroy(floor);
        return NULL;
    }
    return floor;
}

/// Ends a transfer. Returns NULL if its response is as it must be.
static const char *check(curl_floor *floor, CURLcode code, transfer *transfer) {
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (floor->owns_bodies) {
        free(transfer->response);
        transfer->response = NULL;
        transfer->capacity = 0;
    }
    if (code == CURLE_OK && status == 200 && transfer->count == floor->response_bytes) {
        return NULL;
    }
    snprintf(
        floor->problem, sizeof floor->problem, "%s, status %ld, %zu bytes", curl_easy_strerror(code), status,
        transfer->count
    );
    return floor->problem;
}

static void remove_all(curl_floor *floor) {
    for (int index = 0; index < floor->count; index++) {
        curl_multi_remove_handle(floor->multi, floor->transfers[index].easy);
    }
}

const char *curl_floor_run(curl_floor *floor, long requests) {
    long started = 0, done = 0;
    int running = 0, left = 0;
    for (; started < requests && started < floor->count; started++) {
        floor->transfers[started].count = 0;
        curl_multi_add_handle(floor->multi, floor->transfers[started].easy);
    }
    while (done < requests) {
        CURLMcode code = curl_multi_perform(floor->multi, &running);
        int restarted = 0;
        for (CURLMsg *message; !code && (message = curl_multi_info_read(floor->multi, &left));) {
            CURL *easy = message->easy_handle;
            CURLcode result = message->data.result;
            transfer *transfer = NULL;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
            curl_multi_remove_handle(floor->multi, easy);
            const char *problem = check(floor, result, transfer);
            if (problem) {
                remove_all(floor);
                return problem;
            }
            done++;
            if (started < requests) {
                transfer->count = 0;
                code = curl_multi_add_handle(floor->multi, easy);
                started++;
                restarted = 1;
            }
        }
        if (!code && !restarted && done < requests) {
            code = curl_multi_poll(floor->multi, NULL, 0, 10000, NULL);
        }
        if (code) {
            remove_all(floor);
            return curl_multi_strerror(code);
        }
    }
    return NULL;
}

void curl_floor_destroy(curl_floor *floor) {
    for (int index = 0; index < floor->count; index++) {
        curl_easy_cleanup(floor->transfers[index].easy);
        free(floor->transfers[index].response);
    }
    curl_multi_cleanup(floor->multi);
    curl_slist_free_all(floor->headers);
    free(floor->transfers);
    free(floor->body);
    free(floor);
}

void curl_floor_set_heap(int trim_threshold, int mmap_threshold) {
#ifdef __GLIBC__
    mallopt(M_TRIM_THRESHOLD, trim_threshold);
    mallopt(M_MMAP_THRESHOLD, mmap_threshold);
#else
    (void)trim_threshold;
    (void)mmap_threshold;
#endif
}
