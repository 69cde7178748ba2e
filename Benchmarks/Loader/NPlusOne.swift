// SPDX-License-Identifier: Apache-2.0
//
// The problem itself: a request a key against a request for all, where a request takes time.

import DataLoading

extension Workload {
    private static let latency = Duration.milliseconds(1)

    /// A batch from a store that takes a millisecond for each request, against a request a key.
    static let nPlusOne = Workload(
        name: "n-plus-one",
        sizes: [100, 1_000],
        quickSizes: [100],
        measure: .time(
            Job(name: "n-plus-one") { n in
                {
                    let source = CountedLoader(latency: latency)
                    try await withBatching { try await source.loader.loadEach(n) }
                    return source.batches
                }
            },
            floor: Job(name: "one-by-one") { n in
                {
                    for key in 0..<n {
                        try await Task.sleep(for: latency)
                        try expect(value(for: key), for: key)
                    }
                    return 0
                }
            },
            batches: .exactly { _ in 1 }
        )
    )
}
