// SPDX-License-Identifier: Apache-2.0
//
// Numbers as people read them, and columns.

import Foundation

extension Double {
    /// With exactly this many decimal places.
    func fixed(_ places: Int) -> String { String(format: "%.\(places)f", self) }

    /// With one decimal place below 100, and none above: `15.2`, `1,120`.
    var brief: String { self < 99.95 ? fixed(1) : Int(rounded()).grouped }
}

extension Int {
    /// With a comma between each three digits: `1,000`.
    var grouped: String {
        var result = ""
        for (offset, digit) in String(self).reversed().enumerated() {
            if offset > 0, offset.isMultiple(of: 3) { result.append(",") }
            result.append(digit)
        }
        return String(result.reversed())
    }
}

extension String {
    func leftAligned(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    func rightAligned(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
