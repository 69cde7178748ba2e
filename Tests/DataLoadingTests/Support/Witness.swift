// SPDX-License-Identifier: Apache-2.0
//
// Something that tells when it has ended, to see that what holds it has.

final class Witness: Sendable {
    private let ended: Gate

    init(opening ended: Gate) { self.ended = ended }

    deinit { ended.open() }

    /// A batch function that holds the witness; the value of a key is its tenfold.
    func tenfold(_ keys: [Int]) -> [Int: Int] {
        Dictionary(uniqueKeysWithValues: keys.map { ($0, $0 * 10) })
    }
}
