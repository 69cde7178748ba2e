// SPDX-License-Identifier: Apache-2.0
//
// libcurl as Swift can call it: one typed function for each C type that curl's variadic functions take, and a clear
// message where its headers are missing or too old.

#ifndef CCURL_H
#define CCURL_H

#if !__has_include(<curl/curl.h>)
#error "CurlTransport needs the headers of libcurl. Debian, Ubuntu: apt install libcurl4-openssl-dev. Fedora, RHEL: dnf install libcurl-devel. Alpine: apk add curl-dev. macOS: they are in the SDK (xcode-select --install), or brew install curl."
#else

#include <curl/curl.h>
#include <stdbool.h>

#ifdef __linux__
#include <sys/prctl.h>
#else
#include <pthread.h>
#endif

#if LIBCURL_VERSION_NUM < 0x075500
#error "CurlTransport needs libcurl 7.85 or later; the headers found are older. Install a newer libcurl."
#endif

#pragma clang assume_nonnull begin

// Setting an option

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_url(CURL *easy, CURLU *_Nullable value) {
    return curl_easy_setopt(easy, CURLOPT_CURLU, value);
}

static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

/// For the write and the header callback, whose types are one.
static inline CURLcode ccurl_set_data_callback(
    CURL *easy, CURLoption option,
    size_t (*callback)(char *bytes, size_t size, size_t count, void *_Nullable context)
) {
    return curl_easy_setopt(easy, option, callback);
}

/// Called on each connection that a request is about to be sent on.
static inline CURLcode ccurl_set_prerequest_callback(
    CURL *easy,
    int (*callback)(void *_Nullable context, char *_Nullable, char *_Nullable, int, int)
) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

/// `CURLOPT_QUICK_EXIT`, which headers before 7.87 do not name: lets a handle be removed while its name is being
/// resolved without waiting for the resolver. A library that does not know it says `CURLE_UNKNOWN_OPTION`.
static const CURLoption ccurl_option_quick_exit = (CURLoption)(CURLOPTTYPE_LONG + 322);

/// Gives up connections whose other end acknowledges nothing, or takes nothing of what is sent, for so long, where the
/// system can.
CURLcode ccurl_set_silence_limit(CURL *easy, int milliseconds);

static inline CURLcode ccurl_set_mime(CURL *easy, curl_mime *_Nullable form) {
    return curl_easy_setopt(easy, CURLOPT_MIMEPOST, form);
}

// Reading about a transfer

static inline CURLcode ccurl_get_pointer(CURL *easy, CURLINFO info, void *_Nullable *_Nonnull value) {
    return curl_easy_getinfo(easy, info, (char **)value);
}

static inline curl_off_t ccurl_get_offset(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

static inline long ccurl_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

// The multi interface

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/// The next transfer that has ended, with its result; false if there is none. (The result is a member of a union.)
static inline bool ccurl_multi_next_done(CURLM *multi, CURL *_Nullable *_Nonnull easy, CURLcode *result) {
    int left = 0;
    for (CURLMsg *message = curl_multi_info_read(multi, &left); message; message = curl_multi_info_read(multi, &left)) {
        if (message->msg == CURLMSG_DONE) {
            *easy = message->easy_handle;
            *result = message->data.result;
            return true;
        }
    }
    return false;
}

// What Swift's overlay of the C library lacks

/// Names the calling thread, for debuggers; at most 15 characters.
static inline void ccurl_name_thread(const char *name) {
#ifdef __linux__
    prctl(PR_SET_NAME, name);
#else
    pthread_setname_np(name);
#endif
}

#pragma clang assume_nonnull end

#endif
#endif
