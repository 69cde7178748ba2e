// SPDX-License-Identifier: Apache-2.0
//
// How far a transfer has come.

import CCurl
import HTTPTransport

/// Times and counts of the request under way, kept by the callbacks.
struct TransferProgress {
    /// How often the request was about to be sent: 2 if curl sends it again after a reused connection died.
    var attempts = 0
    /// Whether that does no harm.
    var mayBeRepeated = false
    /// Whether it was last sent over a connection that had been used before.
    var isConnectionReused = false
    /// When the transfer was started.
    var start = Moment.now
    /// When the request was last about to be sent.
    var sent: Moment?
    /// When the last byte of the response came.
    var lastByte: Moment?
    /// Whether the reader of the body takes a rest.
    var isPaused = false
    /// How much of the request's body had left, and when we looked.
    var upload: (bytes: Int, seen: Moment)?

    init() {}

    init(start: Moment, mayBeRepeated: Bool) {
        self.start = start
        self.mayBeRepeated = mayBeRepeated
    }
}

extension Transfer {
    /// The request is about to be sent.
    func noteSending(isConnectionReused: Bool) {
        progress.attempts += 1
        progress.isConnectionReused = isConnectionReused
        if keepsTime { progress.sent = .now }
    }

    /// Bytes of the response have come.
    func noteBytes() {
        if keepsTime { progress.lastByte = .now }
    }

    /// How often the request was about to be sent.
    var attempts: Int { progress.attempts }

    /// Whether the final head of the response is complete.
    var hasHead: Bool { response.isHeadComplete }

    /// Where it is, for its time limits.
    var stage: TimeLimits.Stage {
        if progress.isPaused { return .paused }
        if progress.attempts == 0 { return .connecting(since: progress.start) }
        let sent = progress.sent ?? progress.start
        return response.hasBegun ? .receiving(lastByte: progress.lastByte ?? sent) : .sent(at: sent)
    }

    /// How far the request has come, by what curl tells.
    var phase: HTTPTransportError.Phase {
        if response.hasBegun { return .receive }
        if progress.attempts > 0 { return isSent ? .wait : .send }
        if microseconds(CURLINFO_NAMELOOKUP_TIME_T) == 0 { return .resolve }
        let isConnected = microseconds(CURLINFO_CONNECT_TIME_T) > 0
        return isConnected && job?.origin.hasPrefix("https:") == true ? .tls : .connect
    }

    private var isSent: Bool {
        guard unsafe ccurl_get_long(handle, CURLINFO_REQUEST_SIZE) > 0 else { return false }
        // How large a form is, only curl knows.
        let isForm = job?.exchange.form != nil
        let bodyBytes = isForm ? count(CURLINFO_CONTENT_LENGTH_UPLOAD_T) : job?.exchange.request.body.count ?? 0
        return count(CURLINFO_SIZE_UPLOAD_T) >= bodyBytes
    }

    /// Whether the response is whole, while the request's body has stood still since the last look, a second ago or
    /// more, and curl goes on. Over HTTP/2 a server that does not want the body may answer and say so by `RST_STREAM`,
    /// with `NO_ERROR` ([RFC 9113, section 8.1](https://www.rfc-editor.org/rfc/rfc9113#section-8.1)); libcurl 7.88 waits on.
    func isAnsweredEarly(now: Moment) -> Bool {
        guard response.isWhole, isMultiplexed else { return false }
        let bytes = count(CURLINFO_SIZE_UPLOAD_T)
        if let upload = progress.upload, upload.bytes == bytes {
            return upload.seen.duration(to: now) >= TimeLimits.uploadCheck
        }
        progress.upload = (bytes, now)
        return false
    }

    /// One of curl's times, which count from the start of the transfer; 0 if it was not reached.
    private func microseconds(_ info: CURLINFO) -> Int { count(info) }

    private func count(_ info: CURLINFO) -> Int { unsafe Int(ccurl_get_offset(handle, info)) }

    /// Adds what curl has counted.
    func fill(_ metrics: inout HTTPTransportMetrics, from callTime: Moment) {
        // What begins a turn may be a moment older than what is found in it.
        let queued = max(.zero, callTime.duration(to: progress.start))
        let time = { (info: CURLINFO) -> Duration? in
            let microseconds = self.microseconds(info)
            return microseconds == 0 ? nil : queued + .microseconds(microseconds)
        }
        metrics.queued = queued
        metrics.attempts = progress.attempts
        metrics.isConnectionReused = progress.isConnectionReused
        if !progress.isConnectionReused {
            metrics.resolved = time(CURLINFO_NAMELOOKUP_TIME_T)
            metrics.connected = time(CURLINFO_CONNECT_TIME_T)
            metrics.secured = time(CURLINFO_APPCONNECT_TIME_T)
        }
        guard progress.attempts > 0 else { return }
        metrics.protocolVersion = protocolVersion
        metrics.sending = time(CURLINFO_PRETRANSFER_TIME_T)
        metrics.firstByte = response.hasBegun ? time(CURLINFO_STARTTRANSFER_TIME_T) : nil
        metrics.bodyBytesSent = count(CURLINFO_SIZE_UPLOAD_T)
        metrics.bodyBytesReceived = count(CURLINFO_SIZE_DOWNLOAD_T)
        if hasHead {
            let status = unsafe ccurl_get_long(handle, CURLINFO_RESPONSE_CODE)
            metrics.status = status == 0 ? nil : status
        }
    }

    /// Whether the connection carries many requests at once.
    var isMultiplexed: Bool { unsafe ccurl_get_long(handle, CURLINFO_HTTP_VERSION) >= CURL_HTTP_VERSION_2_0 }

    private var protocolVersion: String? {
        switch unsafe ccurl_get_long(handle, CURLINFO_HTTP_VERSION) {
        case CURL_HTTP_VERSION_1_0: "HTTP/1.0"
        case CURL_HTTP_VERSION_1_1: "HTTP/1.1"
        case CURL_HTTP_VERSION_2_0: "HTTP/2"
        case CURL_HTTP_VERSION_3: "HTTP/3"
        default: nil
        }
    }
}
