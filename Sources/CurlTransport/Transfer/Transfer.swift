// SPDX-License-Identifier: Apache-2.0
//
// One handle's way through one request after another: prepare, be called back, tell the result.

import CCurl
import HTTPTransport

/// An easy handle with all that its callbacks touch. Confined to the loop's thread once it runs.
///
/// It is used again and again; options are set again where they differ from those of the request before. curl holds
/// unretained pointers to it and to its buffers: it is retained by its job for as long as its handle is added to the
/// multi handle, and it owns the handle, so that none of them outlives it.
@safe final class Transfer {
    /// What the callbacks collect.
    var response: ResponseAccumulator {
        _read { yield unsafe collected }
        _modify { yield unsafe &collected }
    }
    /// Times and counts that the callbacks keep.
    var progress = TransferProgress()
    /// Whether its times are kept; nobody asks the clock for nothing.
    let keepsTime: Bool
    /// The job that is under way.
    private(set) var job: Job?

    /// Unchecked: one thread has it, and a callback calls nothing that calls back. There is an access for each line.
    @exclusivity(unchecked) private var collected: ResponseAccumulator
    private let easy: EasyHandle
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var upload = UploadBuffer()
    private var form: MimeForm?
    private var headers: HTTPHeaders?
    /// The body that the list of headers is for.
    private var body = HeaderList.Body.small
    private var headerList: HeaderList?
    private var url: HTTPURL?
    private var parsedURL: ParsedURL?
    private var kind: Kind?
    private let defaultHeaders: HTTPHeaders
    private let configuration: CurlConfiguration

    /// What a request without a form is to curl.
    private struct Kind: Hashable {
        var method: HTTPMethod
        /// Whether it says how long its body is.
        var sendsLength: Bool
    }

    /// The handle, for the multi handle to add and remove.
    var handle: UnsafeMutableRawPointer { unsafe easy.pointer }

    /// - Throws: `internalFailure` if libcurl lacks an option.
    init(configuration: CurlConfiguration) throws(HTTPTransportError) {
        easy = try EasyHandle()
        unsafe collected = ResponseAccumulator(maximumBodyBytes: configuration.maximumResponseBytes)
        self.configuration = configuration
        keepsTime = configuration.keepsTime
        defaultHeaders = try configuration.defaultHeaders
        unsafe errorText[0] = 0
        try easy.setDefaults(configuration)
        try unsafe easy.set(CURLOPT_ERRORBUFFER, pointer: errorText)
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        try unsafe easy.set(CURLOPT_PRIVATE, pointer: context)
        try unsafe easy.setCallbacks(context: context)
    }

    deinit {
        // The handle writes to the buffer until it is freed, and stored properties go after this body.
        try? unsafe easy.set(CURLOPT_ERRORBUFFER, pointer: nil)
        unsafe errorText.deallocate()
    }

    /// Makes the handle ready for a job's request.
    func prepare(_ job: Job, now: Moment) throws(HTTPTransportError) {
        let exchange = job.exchange  // Of its request, only what differs is copied.
        self.job = job
        progress = TransferProgress(start: now, mayBeRepeated: exchange.request.isIdempotent)
        unsafe errorText[0] = 0
        response.reset()
        if url != exchange.request.url { try setURL(exchange.request.url) }
        if let form = exchange.form {
            try setForm(form, of: exchange.request)
        } else {
            // A list for large bodies does for small ones too.
            let isForTooSmall = exchange.isLarge && body == .small
            if headers != exchange.request.headers || isForTooSmall {
                try setHeaders(exchange.request.headers, body: exchange.isLarge ? .large : .small)
            }
            try setMethod(exchange.request.method, body: exchange.request.body)
        }
    }

    private var hasComplaint: Bool { unsafe errorText[0] != 0 }

    /// What has become of the request, now that curl is done with it.
    func result(_ code: CURLcode) -> Result<HTTPResponse, HTTPTransportError> {
        if code == CURLE_OK, response.isHeadComplete { return .success(response.take()) }
        // The end of a stream by RST_STREAM with NO_ERROR, which says nothing against what has come.
        if code == CURLE_HTTP2_STREAM, response.isWhole, !hasComplaint { return .success(response.take()) }
        return .failure(failure(code).error(from: job?.origin ?? "the server"))
    }

    /// Lets the response of a reader who has room again flow on.
    func resume(now: Moment) throws(HTTPTransportError) {
        progress.isPaused = false
        progress.lastByte = now
        let code = unsafe curl_easy_pause(easy.pointer, CURLPAUSE_CONT)
        guard code == CURLE_OK else { throw failure(code).error(from: job?.origin ?? "the server") }
    }

    /// Lets go of the request and of large buffers. The handle is no longer added anywhere.
    func recycle() throws(HTTPTransportError) {
        job = nil
        response.reset()
        if form != nil {
            try EasyHandle.check(unsafe ccurl_set_mime(easy.pointer, nil), CURLOPT_MIMEPOST)
            form = nil
        }
        if upload.isLarge {
            try unsafe easy.set(CURLOPT_POSTFIELDS, pointer: nil)
            upload = UploadBuffer()
        }
    }

    private func failure(_ code: CURLcode) -> TransferFailure {
        let reason = unsafe String(cString: errorText)
        return TransferFailure(
            code: code,
            reason: reason.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : reason.printable,
            refusal: response.refusal,
            phase: phase,
            isHeadComplete: hasHead,
            attempts: progress.attempts,
            mayBeRepeated: progress.mayBeRepeated,
            usesProxy: configuration.proxy != nil,
            connectTimeout: configuration.connectTimeout
        )
    }

    /// Sets the URL as a text, which curl shows and whose faults it names, and taken apart, which it prefers.
    private func setURL(_ new: HTTPURL) throws(HTTPTransportError) {
        url = nil
        try easy.set(CURLOPT_URL, new.string)
        let parsed = ParsedURL(new)
        try EasyHandle.check(unsafe ccurl_set_url(easy.pointer, parsed.pointer), CURLOPT_CURLU)
        parsedURL = consume parsed
        try easy.set(CURLOPT_PIPEWAIT, sharesFirstConnection(to: new) ? 1 : 0)
        url = new
    }

    /// Whether to wait for a connection that is being made to an HTTP/2 server, instead of making one more.
    ///
    /// In the clear curl would learn from the first response alone that the server speaks none, and all other requests
    /// would wait for that; through a proxy too, for there it forgets what is known of the server.
    private func sharesFirstConnection(to url: HTTPURL) -> Bool {
        let isKnownToSpeakIt = configuration.httpVersion == .http2PriorKnowledge && configuration.proxy == nil
        return isKnownToSpeakIt || url.origin.hasPrefix("https:")
    }

    private func setHeaders(_ new: HTTPHeaders, body: HeaderList.Body) throws(HTTPTransportError) {
        headers = nil
        let list = try HeaderList(new, defaults: defaultHeaders, body: body)
        try EasyHandle.check(
            unsafe ccurl_set_list(easy.pointer, CURLOPT_HTTPHEADER, list.first),
            CURLOPT_HTTPHEADER
        )
        headerList = consume list
        self.body = body
        if body != .form { headers = new }
    }

    private func setMethod(_ method: HTTPMethod, body: [UInt8]) throws(HTTPTransportError) {
        let kind = Kind(method: method, sendsLength: !body.isEmpty || [.post, .put, .patch].contains(method))
        if kind.sendsLength {
            upload.fill(with: body)
            try easy.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: body.count)
            try unsafe easy.set(CURLOPT_POSTFIELDS, pointer: upload.start)
        }
        guard kind != self.kind else { return }
        self.kind = nil
        try easy.set(kind.sendsLength ? CURLOPT_POST : CURLOPT_HTTPGET, 1)
        let isImplied = method == (kind.sendsLength ? .post : .get)
        try easy.set(CURLOPT_CUSTOMREQUEST, isImplied ? nil : method.rawValue)
        self.kind = kind
    }

    private func setForm(_ form: HTTPMultipartForm, of request: HTTPRequest) throws(HTTPTransportError) {
        kind = nil
        try setHeaders(request.headers, body: .form)
        let mime = try MimeForm(for: easy)
        for part in form.parts { try mime.append(part) }
        try EasyHandle.check(unsafe ccurl_set_mime(easy.pointer, mime.pointer), CURLOPT_MIMEPOST)
        self.form = consume mime
        try easy.set(CURLOPT_CUSTOMREQUEST, request.method == .post ? nil : request.method.rawValue)
    }
}
