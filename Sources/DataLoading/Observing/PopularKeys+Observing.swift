// SPDX-License-Identifier: Apache-2.0
//
// Counting the uses of keys by watching a loader.

extension PopularKeys: DataLoaderObserver {
    /// Counts one use of the key that was asked for, as ``record(_:)`` does.
    ///
    /// So it is enough to make the loader with this as its observer:
    ///
    /// ```swift
    /// import DataLoading
    ///
    /// let popular = try PopularKeys<Int>(capacity: 10_000)
    /// let products = DataLoader<Int, String?>(observer: popular) { ids in [:] }
    /// ```
    ///
    /// - Parameter load: The load, whatever it found.
    public func didLoad(_ load: ObservedLoad<Key>) {
        record(load.key)
    }
}
