// SPDX-License-Identifier: Apache-2.0
//
// One handle's way through one request after another: prepare, be called back, tell the result.

import CCurl
import HTTPTransport

/// An easy handle with all that its callbacks touch. Confined to the loop's thread once it runs.
///
/// It is used again and again; options that are the same for all requests are set once. curl holds unretained pointers
/// to it and to its buffers: it is retained by its job for as long as its handle is added to the multi handle, and it
/// owns the handle, so that none of them outlives it.
@safe final class Transfer {
    /// What the callbacks collect.
    fileprivate var response: ResponseAccumulator
    /// How often the request was about to be sent: 2 if curl sends it again after a reused connection died.
    fileprivate(set) var attempts = 0
    fileprivate var maySendAgain = false

    /// The job that is under way; set by the loop.
    var job: Job?

    private let easy: EasyHandle
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var upload = UploadBuffer()
    private var headers: HTTPHeaders?
    private var headerList: HeaderList?
    private var connectTimeout: Duration

    /// The handle, for the multi handle to add and remove.
    var handle: UnsafeMutableRawPointer { unsafe easy.pointer }

    /// - Throws: `internalFailure` if libcurl lacks an option.
    init(configuration: CurlConfiguration) throws(HTTPTransportError) {
        easy = try EasyHandle()
        response = ResponseAccumulator(maximumBodyBytes: configuration.maximumResponseBytes)
        connectTimeout = configuration.connectTimeout
        unsafe errorText[0] = 0
        try easy.setDefaults(configuration)
        try unsafe easy.set(CURLOPT_ERRORBUFFER, pointer: errorText)
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        try unsafe easy.set(CURLOPT_PRIVATE, pointer: context)
        try unsafe easy.set(CURLOPT_WRITEDATA, pointer: context)
        try unsafe easy.set(CURLOPT_HEADERDATA, pointer: context)
        try unsafe easy.set(CURLOPT_PREREQDATA, pointer: context)
        try EasyHandle.check(
            unsafe ccurl_set_data_callback(easy.pointer, CURLOPT_WRITEFUNCTION, receiveBody),
            CURLOPT_WRITEFUNCTION
        )
        try EasyHandle.check(
            unsafe ccurl_set_data_callback(easy.pointer, CURLOPT_HEADERFUNCTION, receiveHeaderLine),
            CURLOPT_HEADERFUNCTION
        )
        try EasyHandle.check(
            unsafe ccurl_set_prerequest_callback(easy.pointer, willSend),
            CURLOPT_PREREQFUNCTION
        )
    }

    deinit {
        // The handle writes to the buffer until it is freed, and stored properties go after this body.
        try? unsafe easy.set(CURLOPT_ERRORBUFFER, pointer: nil)
        unsafe errorText.deallocate()
    }

    /// Makes the handle ready for a request.
    func prepare(_ request: HTTPRequest) throws(HTTPTransportError) {
        attempts = 0
        maySendAgain = request.isIdempotent
        unsafe errorText[0] = 0
        response.reset()
        try easy.set(CURLOPT_URL, request.url.string)
        if headers != request.headers { try setHeaders(request.headers) }
        try setMethod(request.method, body: request.body)
    }

    /// What has become of the request, now that curl is done with it.
    func result(_ code: CURLcode) -> Result<ReceivedResponse, HTTPTransportError> {
        if code == CURLE_OK, response.isHeadComplete { return .success(response.take()) }
        let origin = job?.exchange.request.url.origin ?? "the server"
        let reason = unsafe String(cString: errorText)
        let failure = TransferFailure(
            code: code,
            reason: reason.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : reason.printable,
            refusal: response.refusal,
            attempts: attempts,
            maySendAgain: maySendAgain,
            connectTimeout: connectTimeout
        )
        return .failure(failure.error(from: origin))
    }

    /// Lets go of the request and of large buffers. The handle is no longer added anywhere.
    func recycle() throws(HTTPTransportError) {
        job = nil
        response.reset()
        if upload.isLarge {
            try unsafe easy.set(CURLOPT_POSTFIELDS, pointer: nil)
            upload = UploadBuffer()
        }
    }

    private func setHeaders(_ new: HTTPHeaders) throws(HTTPTransportError) {
        let list = try HeaderList(new)
        try EasyHandle.check(
            unsafe ccurl_set_list(easy.pointer, CURLOPT_HTTPHEADER, list.first),
            CURLOPT_HTTPHEADER
        )
        headerList = consume list
        headers = new
    }

    private func setMethod(_ method: HTTPMethod, body: [UInt8]) throws(HTTPTransportError) {
        let sendsLength = !body.isEmpty || [.post, .put, .patch].contains(method)
        if sendsLength {
            upload.fill(with: body)
            try easy.set(CURLOPT_POST, 1)
            try easy.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: body.count)
            try unsafe easy.set(CURLOPT_POSTFIELDS, pointer: upload.start)
        } else {
            try easy.set(CURLOPT_HTTPGET, 1)
        }
        let isImplied = method == (sendsLength ? .post : .get)
        try easy.set(CURLOPT_CUSTOMREQUEST, isImplied ? nil : method.rawValue)
    }
}

// MARK: - Callbacks. They append and count; they neither throw nor call the multi handle.

private func receiveHeaderLine(
    _ bytes: UnsafeMutablePointer<CChar>,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer.response.appendHeaderLine(line) ? line.count : 0
}

private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let chunk = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer.response.appendBody(chunk) ? chunk.count : 0
}

/// curl sends a request again, whatever its method, when a reused connection dies before the first byte of the
/// response. Here it is stopped unless that does no harm.
private func willSend(
    _ context: UnsafeMutableRawPointer?,
    _: UnsafeMutablePointer<CChar>?,
    _: UnsafeMutablePointer<CChar>?,
    _: Int32,
    _: Int32
) -> Int32 {
    guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    guard transfer.attempts == 0 || transfer.maySendAgain else { return CURL_PREREQFUNC_ABORT }
    transfer.attempts += 1
    transfer.response.reset()
    return CURL_PREREQFUNC_OK
}
