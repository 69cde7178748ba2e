// SPDX-License-Identifier: Apache-2.0
//
// Dates in header fields, without Foundation.

/// A moment as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`, and the two forms that old servers still send
/// ([RFC 9110, section 5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)).
struct HTTPDate {
    /// Seconds since the start of 1970, UTC.
    let secondsSinceEpoch: Int

    /// `nil` if the text is none of the three forms. The day of the week is not checked.
    init?(_ text: String) {
        let words = text.split { $0 == " " || $0 == "," }
        let parts: [Substring]
        switch words.count {
        case 6: parts = [words[1], words[2], words[3], words[4]]  // Sun, 06 Nov 1994 08:49:37 GMT
        case 5: parts = [words[2], words[1], words[4], words[3]]  // Sun Nov  6 08:49:37 1994
        case 4: parts = words[1].split(separator: "-") + [words[2]]  // Sunday, 06-Nov-94 08:49:37 GMT
        default: return nil
        }
        guard words.count == 5 || words.last == "GMT", parts.count == 4,
            let day = Self.number(parts[0], in: 1...31),
            let month = Self.months.firstIndex(where: { $0 == parts[1] }),
            let year = Self.number(parts[2], in: 0...9_999),
            let seconds = Self.secondsOfDay(parts[3])
        else { return nil }
        // Two digits that look like the far future are the past; 70 and up is the last century.
        let fullYear = parts[2].count > 2 ? year : year + (year < 70 ? 2_000 : 1_900)
        secondsSinceEpoch = Self.daysSinceEpoch(fullYear, month + 1, day) * 86_400 + seconds
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func secondsOfDay(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let hours = number(parts[0], in: 0...23), let minutes = number(parts[1], in: 0...59),
            let seconds = number(parts[2], in: 0...60)
        else { return nil }
        return (hours * 60 + minutes) * 60 + seconds
    }

    private static func number(_ text: Substring, in range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), range.contains(number)
        else { return nil }
        return number
    }

    /// Days in the Gregorian calendar. Years are counted from March, so that the leap day is the last of its year.
    private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}
