// SPDX-License-Identifier: Apache-2.0
//
// A sequence that does not go on, as a file on a disk that is gone.

import Dispatch

/// The numbers below 100, and a thread that waits for one of them until it is released.
struct HangingNumbers: Sequence, Sendable {
    let missing: Int
    private let hanging = AsyncStream.makeStream(of: Void.self)
    private let end = DispatchSemaphore(value: 0)

    init(at missing: Int) {
        self.missing = missing
    }

    /// Returns when somebody waits for the number.
    func waitUntilItHangs() async {
        for await _ in hanging.stream { break }
    }

    func release() { end.signal() }

    func makeIterator() -> AnyIterator<Int> {
        var next = 0
        return AnyIterator {
            if next == missing {
                hanging.continuation.yield()
                end.wait()
            }
            defer { next += 1 }
            return next < 100 ? next : nil
        }
    }
}
