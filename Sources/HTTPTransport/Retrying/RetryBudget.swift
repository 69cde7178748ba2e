// SPDX-License-Identifier: Apache-2.0
//
// How many more attempts all requests of a transport may make together.

import Synchronization

/// A bucket of tokens: each request puts in a part of one, each further attempt takes one out.
///
/// It begins with a few, for a client that has just started, and never holds more: what was saved in quiet hours is not
/// spent on a server that goes down.
final class RetryBudget: Sendable {
    private static let capacity = 10_000

    /// In thousandths of a token.
    private let tokens = Atomic(RetryBudget.capacity)
    private let deposit: Int

    /// - Parameter share: How many further attempts there may be for each request.
    init(share: Double) {
        deposit = Int(share * 1_000)
        if deposit == 0 { tokens.store(0, ordering: .relaxed) }
    }

    func noteRequest() {
        update { min($0 + deposit, max($0, Self.capacity)) }
    }

    /// Takes a token for one more attempt; whether there was one.
    func takeToken() -> Bool {
        var isTaken = false
        update { tokens in
            isTaken = tokens >= 1_000
            return isTaken ? tokens - 1_000 : tokens
        }
        return isTaken
    }

    private func update(_ change: (Int) -> Int) {
        var old = tokens.load(ordering: .relaxed)
        while true {
            let new = change(old)
            if new == old { return }
            let (isExchanged, current) = tokens.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if isExchanged { return }
            old = current
        }
    }
}
