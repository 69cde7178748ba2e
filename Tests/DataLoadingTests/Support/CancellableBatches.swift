// SPDX-License-Identifier: Apache-2.0
//
// A loader whose batches tell when they were cancelled.

import DataLoading

/// A loader whose batches say that they were sent and wait until they are let go or cancelled. A batch that is
/// cancelled throws.
struct CancellableBatches {
    let loader: DataLoader<Int, Int>
    let log = BatchLog<Int>()
    let cancelled = BatchLog<Int>()
    let sent = Gate()
    let answer = Gate()
    let wasCancelled = Gate()

    init(options: DataLoaderOptions = DataLoaderOptions()) {
        loader = DataLoader(options: options) { [log, cancelled, sent, answer, wasCancelled] keys in
            log.append(keys)
            sent.open()
            await withTaskCancellationHandler {
                await answer.waitUnlessCancelled()
            } onCancel: {
                cancelled.append(keys)
                wasCancelled.open()
            }
            try Task.checkCancellation()
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
    }
}
