// SPDX-License-Identifier: Apache-2.0
//
// Bodies of requests made smaller.

import CZlib

enum GzipEncoder {
    /// The bytes in gzip; `nil` if there is no zlib, no memory, or nothing to gain.
    static func encode(_ bytes: [UInt8]) -> [UInt8]? {
        guard let stream = unsafe czlib_make_encoder() else { return nil }
        defer { unsafe czlib_free(stream) }
        let room = unsafe czlib_encoded_bound(stream, bytes.count)
        let encoded = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            unsafe bytes.withUnsafeBufferPointer {
                count = unsafe czlib_encode_all(stream, $0.baseAddress, $0.count, start, room)
            }
        }
        return encoded.isEmpty || encoded.count >= bytes.count ? nil : encoded
    }
}
