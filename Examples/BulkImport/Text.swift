// SPDX-License-Identifier: Apache-2.0
//
// Numbers and times as people read them.

import Foundation

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

    /// With a noun that follows it: `1 row`, `1,000 rows`.
    func of(_ noun: String) -> String { "\(grouped) \(noun)\(self == 1 ? "" : "s")" }
}

extension Duration {
    /// In seconds or milliseconds: `2.41 s`, `21.3 ms`.
    var brief: String {
        let seconds = self / .seconds(1)
        return seconds < 0.9995 ? String(format: "%.3g ms", seconds * 1_000) : String(format: "%.2f s", seconds)
    }

    /// In hours, minutes and seconds, as a clock shows them: `0:07`, `1:02:03`.
    var clock: String {
        let seconds = Int((self / .seconds(1)).rounded(.up))
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
        return hours > 0
            ? String(format: "%d:%02d:%02d", hours, minutes, seconds % 60)
            : String(format: "%d:%02d", minutes, seconds % 60)
    }
}
