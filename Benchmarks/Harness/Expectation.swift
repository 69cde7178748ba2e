// SPDX-License-Identifier: Apache-2.0
//
// The data of all workloads, which every answer is checked against.

/// The value that belongs to a key.
func value(for key: Int) -> Int { key &* 7 &+ 1 }

/// Ends the run if a value is not the one that belongs to a key.
@inline(__always)
func expect(_ found: Int?, for key: Int) throws(MeasurementError) {
    if found != value(for: key) { throw wrongValue(found, for: key) }
}

@inline(never)
private func wrongValue(_ found: Int?, for key: Int) -> MeasurementError {
    let found = found.map(String.init) ?? "nothing"
    return MeasurementError(message: "the value of the key \(key) is \(found); it must be \(value(for: key))")
}
