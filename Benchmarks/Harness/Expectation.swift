// SPDX-License-Identifier: Apache-2.0
//
// The data of all workloads, which every answer is checked against.

/// The value that belongs to a key.
func value(for key: Int) -> Int { key &* 7 &+ 1 }

/// Ends the run if a value is not the one that belongs to a key.
///
/// Opaque to the optimiser: inlined, it would leave nothing between the calls of an actor in a loop, and the hops back
/// would be removed with it.
@inline(never)
func expect(_ found: Int?, for key: Int) throws(MeasurementError) {
    guard found != value(for: key) else { return }
    let found = found.map(String.init) ?? "nothing"
    throw MeasurementError(message: "the value of the key \(key) is \(found); it must be \(value(for: key))")
}
