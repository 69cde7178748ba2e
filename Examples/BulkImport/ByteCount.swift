// SPDX-License-Identifier: Apache-2.0
//
// How much of the file has been read.

import Foundation
import Synchronization

final class ByteCount: Sendable {
    /// The size of the file; `nil` if it is no file, or an empty one.
    private let total: Int?
    private let read = Atomic(0)

    /// - Parameter path: Where the file is; `nil` for the standard input.
    init(path: String?) {
        let attributes = path.flatMap { try? FileManager.default.attributesOfItem(atPath: $0) }
        let isFile = attributes?[.type] as? FileAttributeType == .typeRegular
        total = isFile ? (attributes?[.size] as? Int).flatMap { $0 > 0 ? $0 : nil } : nil
    }

    /// The bytes to read at a time: a hundredth of the file, so that what was read tells how far its rows have come.
    var pieceBytes: Int { min(max((total ?? .max) / 100, 512), 128 << 10) }

    func add(_ count: Int) { read.add(count, ordering: .relaxed) }

    /// The share that has been read, from 0 to 1; `nil` if the size is not known.
    var fraction: Double? { total.map { Double(read.load(ordering: .relaxed)) / Double($0) } }

    /// Whether half of the file has been read.
    var isPastMiddle: Bool { fraction.map { $0 >= 0.5 } ?? false }
}
