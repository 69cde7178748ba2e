// SPDX-License-Identifier: Apache-2.0
//
// Memory for the body that curl sends, at an address that stays.

/// An owned copy of a request's body, used again for the next one. (The address of a Swift array may not be kept.)
@safe struct UploadBuffer: ~Copyable {
    private var bytes: UnsafeMutableRawBufferPointer

    /// Never `nil`: with a null pointer curl would read a body from standard input.
    var start: UnsafeMutableRawPointer? { unsafe bytes.baseAddress }

    /// Whether it is too large to keep between requests.
    var isLarge: Bool { unsafe bytes.count > 128 << 10 }

    init() {
        unsafe bytes = .allocate(byteCount: 1 << 10, alignment: 16)
    }

    deinit {
        unsafe bytes.deallocate()
    }

    /// Holds a copy of this body from now on; curl must not be reading the one before.
    mutating func fill(with body: [UInt8]) {
        if unsafe body.count > bytes.count {
            unsafe bytes.deallocate()
            unsafe bytes = .allocate(byteCount: max(body.count, 2 * bytes.count), alignment: 16)
        }
        unsafe bytes.copyBytes(from: body)
    }
}
