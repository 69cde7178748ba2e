// SPDX-License-Identifier: Apache-2.0
//
// Numbers and times as people read them.

import Foundation

extension Double {
    /// With exactly this many decimal places.
    func fixed(_ places: Int) -> String { String(format: "%.\(places)f", self) }

    /// With about three digits that matter: `1.24`, `12.4`, `124`.
    var brief: String { fixed(self < 9.995 ? 2 : self < 99.95 ? 1 : 0) }
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

extension Duration {
    /// In milliseconds, without zeros that say nothing: `2 ms`, `0.5 ms`.
    var milliseconds: String { String(format: "%g ms", self / .milliseconds(1)) }

    /// In seconds or milliseconds: `2.41 s`, `21.3 ms`.
    var brief: String {
        let seconds = self / .seconds(1)
        return seconds < 0.9995 ? "\((seconds * 1_000).brief) ms" : "\(seconds.brief) s"
    }
}

extension String {
    func leftAligned(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    func rightAligned(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
