// SPDX-License-Identifier: Apache-2.0
//
// Makes the header a target, with what is not inline there.

#include "CCurl.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/socket.h>

static int limit_silence(void *limit, curl_socket_t socket, curlsocktype purpose) {
    int milliseconds = (int)(intptr_t)limit;
    (void)purpose;
    // What is no TCP does not take it, and needs none.
#if defined(TCP_USER_TIMEOUT)
    setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
#elif defined(TCP_RXT_CONNDROPTIME)
    int seconds = milliseconds / 1000 + 1;
    setsockopt(socket, IPPROTO_TCP, TCP_RXT_CONNDROPTIME, &seconds, sizeof seconds);
#endif
    return CURL_SOCKOPT_OK;
}

CURLcode ccurl_set_silence_limit(CURL *easy, int milliseconds) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, limit_silence);
    return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, (void *)(intptr_t)milliseconds) : code;
}
