// SPDX-License-Identifier: Apache-2.0
//
// Where texts and bodies are put together, piece by piece.

/// Bytes that grow at their end.
///
/// An array asks at every append whether it is shared: writing a body from it takes a quarter longer.
struct ByteBuffer: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 16)
        start = .allocate(capacity: self.capacity)
    }

    deinit { start.deallocate() }

    /// The last byte; `nil` if there is none.
    var last: UInt8? { count > 0 ? start[count - 1] : nil }

    mutating func append(_ byte: UInt8) {
        if count == capacity { grow(by: 1) }
        start[count] = byte
        count += 1
    }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        if bytes.count > capacity - count { grow(by: bytes.count) }
        (start + count).update(from: source, count: bytes.count)
        count += bytes.count
    }

    private mutating func grow(by size: Int) {
        let capacity = max(2 * self.capacity, count + size)
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        copy.update(from: start, count: count)
        start.deallocate()
        (start, self.capacity) = (copy, capacity)
    }

    /// The bytes as an array.
    var array: [UInt8] { Array(UnsafeBufferPointer(start: start, count: count)) }

    /// The bytes as a text.
    var text: String { String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self) }
}
