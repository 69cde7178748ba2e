// SPDX-License-Identifier: Apache-2.0
//
// How many items travel together, and how that is found out.

/// How inputs are cut into chunks.
public enum BulkChunking: Hashable, Sendable {
    /// So many items a chunk, at least 1.
    case fixed(Int)
    /// As many as the server does in a time.
    ///
    /// A chunk that was done in less than 0.8 of it makes the next ones larger by 1.2; one that took more than 1.2 of it
    /// makes them smaller by 0.8.
    ///
    /// - Parameters:
    ///   - target: How long a chunk is to take, more than zero.
    ///   - start: The size of the first chunk; the least by default.
    ///   - bounds: The least and the largest size, from 1 on.
    case adaptive(target: Duration, from: Int? = nil, between: ClosedRange<Int> = 1...1_000)

    func check() throws(BulkError) {
        switch self {
        case .fixed(let size):
            if size < 1 { throw .invalidOption("chunking", is: ".fixed(\(size))", mustBe: "at least 1 item a chunk") }
        case .adaptive(let target, from: let start, between: let bounds):
            if target <= .zero {
                throw .invalidOption("chunking", is: "a target of \(target)", mustBe: "a time of more than zero")
            }
            if bounds.lowerBound < 1 {
                throw .invalidOption("chunking", is: "between \(bounds)", mustBe: "at least 1 item a chunk")
            }
            if let start, !bounds.contains(start) {
                throw .invalidOption("chunking", is: "a start of \(start)", mustBe: "a size within \(bounds)")
            }
        }
    }
}

/// The size of the next chunk.
struct ChunkSizer: Sendable {
    private let target: Duration?
    private let bounds: ClosedRange<Int>
    private(set) var size: Int

    /// - Parameter maximum: The most that the operation takes at once.
    init(_ chunking: BulkChunking, atMost maximum: Int?) {
        let maximum = max(maximum ?? .max, 1)
        switch chunking {
        case .fixed(let size):
            target = nil
            self.size = min(size, maximum)
            bounds = self.size...self.size
        case .adaptive(let target, from: let start, between: let bounds):
            self.target = target
            self.bounds = min(bounds.lowerBound, maximum)...min(bounds.upperBound, maximum)
            size = min(start ?? bounds.lowerBound, maximum)
        }
    }

    /// Learns how long a chunk took.
    ///
    /// Chunks that were cut at another size than the present one say nothing of it: of all that are in flight at a time
    /// one changes the size. So are those that the end of the inputs made smaller, unless they took too long as they are.
    ///
    /// - Parameters:
    ///   - count: How many items it had.
    ///   - asked: The size that was in force when it was cut.
    mutating func record(_ duration: Duration, count: Int, cutAt asked: Int) {
        guard let target, asked == size else { return }
        if duration < target * 0.8, count >= asked {
            size = min(bounds.upperBound, Int((Double(size) * 1.2).rounded(.up)))
        } else if duration > target * 1.2 {
            size = max(bounds.lowerBound, Int((Double(size) * 0.8).rounded(.down)))
        }
    }
}
