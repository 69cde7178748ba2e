// SPDX-License-Identifier: Apache-2.0
//
// What curl calls. Callbacks append, count and hand bytes over; they neither throw nor call the multi handle.

import CCurl
import HTTPTransport

extension EasyHandle {
    /// Has curl call back with this context, a ``Transfer`` that outlives the handle's use.
    @unsafe
    func setCallbacks(context: UnsafeMutableRawPointer) throws(HTTPTransportError) {
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_PREREQDATA] {
            try unsafe set(option, pointer: context)
        }
        try Self.check(
            unsafe ccurl_set_data_callback(pointer, CURLOPT_WRITEFUNCTION, receiveBody),
            CURLOPT_WRITEFUNCTION
        )
        try Self.check(
            unsafe ccurl_set_data_callback(pointer, CURLOPT_HEADERFUNCTION, receiveHeaderLine),
            CURLOPT_HEADERFUNCTION
        )
        try Self.check(unsafe ccurl_set_prerequest_callback(pointer, willSend), CURLOPT_PREREQFUNCTION)
    }
}

private func receiveHeaderLine(
    _ bytes: UnsafeMutablePointer<CChar>,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe withTransfer(context, orReturn: 0) { transfer in
        transfer.noteBytes()
        guard unsafe transfer.response.appendHeaderLine(line) else { return 0 }
        if transfer.hasHead, let exchange = transfer.job?.exchange, exchange.channel != nil {
            exchange.deliverHead(transfer.response.take())
        }
        return line.count
    }
}

private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    let chunk = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe withTransfer(context, orReturn: 0) { transfer in
        transfer.noteBytes()
        guard let channel = transfer.job?.exchange.channel else {
            return unsafe transfer.response.appendBody(chunk) ? chunk.count : 0
        }
        if unsafe channel.append(chunk) {
            transfer.response.noteBody(chunk.count)
            return chunk.count
        }
        transfer.progress.isPaused = true
        return Int(CURL_WRITEFUNC_PAUSE)
    }
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
    unsafe withTransfer(context, orReturn: CURL_PREREQFUNC_ABORT) { transfer in
        guard transfer.attempts == 0 || transfer.progress.mayBeRepeated else { return CURL_PREREQFUNC_ABORT }
        let connectionsMade = unsafe ccurl_get_long(transfer.handle, CURLINFO_NUM_CONNECTS)
        transfer.noteSending(isConnectionReused: connectionsMade == 0)
        transfer.response.reset()
        return CURL_PREREQFUNC_OK
    }
}

/// Calls a function with the transfer that a callback is about. No reference is counted for it: the transfer outlives the
/// call, and there is one for each line of a head.
private func withTransfer<Result>(
    _ context: UnsafeMutableRawPointer?,
    orReturn refusal: Result,
    _ body: (Transfer) -> Result
) -> Result {
    guard let context = unsafe context else { return refusal }
    return unsafe Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef(body)
}
