// SPDX-License-Identifier: Apache-2.0
//
// The loader that is measured, over a store in memory.

import DataLoading
import Synchronization

/// A loader and the number of batches it has sent.
struct CountedLoader: Sendable {
    private final class Counter: Sendable {
        let value = Atomic(0)
    }

    let loader: DataLoader<Int, Int>
    private let counter: Counter

    /// - Parameters:
    ///   - options: The loader's options.
    ///   - observer: The loader's observer.
    ///   - latency: How long the store takes for a request; `nil` if it answers at once.
    init(
        options: DataLoaderOptions = DataLoaderOptions(),
        observer: (any DataLoaderObserver<Int>)? = nil,
        latency: Duration? = nil
    ) {
        let counter = Counter()
        self.counter = counter
        loader = DataLoader(options: options, observer: observer) { keys in
            counter.value.add(1, ordering: .relaxed)
            if let latency { try await Task.sleep(for: latency) }
            var values = [Int: Int](minimumCapacity: keys.count)
            for key in keys { values[key] = value(for: key) }
            return values
        }
    }

    var batches: Int { counter.value.load(ordering: .relaxed) }
}
