// SPDX-License-Identifier: Apache-2.0
//
// One line of a journal: a checksum, and what it is about.

/// What a journal says. A record is one line: eight hexadecimal digits of checksum, a space, and
///
/// | text | meaning |
/// |---|---|
/// | `h 1 RUN FINGERPRINT` | the head: version, identity of the run, what it is a run of |
/// | `i FIRST COUNT`, repeated | these items are about to be sent |
/// | `n FIRST COUNT`, repeated | these items are not under way any more, and were not done |
/// | `b COUNT` | so many records follow that count together, or not at all |
/// | `s INDEX ATTEMPTS OUTPUT` | an item was done, with its output as JSON |
/// | `f INDEX ATTEMPTS ERROR` | an item failed, with its error as text |
/// | `u INDEX ATTEMPTS ERROR` | an item is unknown |
enum JournalRecord: Equatable, Sendable {
    enum Kind: String, Sendable {
        case succeeded = "s"
        case failed = "f"
        case unknown = "u"
    }

    case head(runID: String, fingerprint: String)
    case intent([Range<Int>])
    case withdrawal([Range<Int>])
    case batch(count: Int)
    case end(Kind, index: Int, attempts: Int, payload: String)

    /// The line with its checksum and the line feed.
    var line: [UInt8] {
        let text = Array(text.utf8)
        let checksum = String(CRC32.of(text), radix: 16)
        return Array(repeatElement(UInt8(ascii: "0"), count: 8 - checksum.utf8.count)) + Array(checksum.utf8)
            + [UInt8(ascii: " ")] + text + [UInt8(ascii: "\n")]
    }

    private var text: String {
        switch self {
        case .head(let runID, let fingerprint):
            "h 1 \(runID) \(fingerprint.oneLine)"
        case .intent(let ranges):
            "i \(ranges.text)"
        case .withdrawal(let ranges):
            "n \(ranges.text)"
        case .batch(let count):
            "b \(count)"
        case .end(let kind, let index, let attempts, let payload):
            "\(kind.rawValue) \(index) \(attempts) \(payload.oneLine)"
        }
    }

    /// Reads a line without its line feed; `nil` if it is not whole.
    init?(line: ArraySlice<UInt8>) {
        guard line.count > 9, line[line.startIndex + 8] == UInt8(ascii: " "),
            let checksum = UInt32(String(decoding: line.prefix(8), as: UTF8.self), radix: 16),
            checksum == CRC32.of(line.dropFirst(9))
        else { return nil }
        let words = String(decoding: line.dropFirst(9), as: UTF8.self)
            .split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        switch words.first {
        case "h":
            guard words.count == 4, words[1] == "1" else { return nil }
            self = .head(runID: String(words[2]), fingerprint: String(words[3]))
        case "i", "n":
            guard let ranges = [Range<Int>](text: String(decoding: line.dropFirst(11), as: UTF8.self)) else {
                return nil
            }
            self = words.first == "i" ? .intent(ranges) : .withdrawal(ranges)
        case "b":
            guard words.count == 2, let count = Int32(words[1]), count > 0 else { return nil }
            self = .batch(count: Int(count))
        default:
            guard words.count == 4, let kind = Kind(rawValue: String(words[0])), let index = Int32(words[1]),
                index >= 0,
                let attempts = Int32(words[2]), attempts >= 0
            else { return nil }
            self = .end(kind, index: Int(index), attempts: Int(attempts), payload: String(words[3]))
        }
    }
}

extension [Range<Int>] {
    /// The ranges that have these numbers, which are in order.
    init(_ numbers: some Sequence<Int>) {
        self = []
        for number in numbers {
            if let last, last.upperBound == number {
                self[count - 1] = last.lowerBound..<(number + 1)
            } else {
                append(number..<(number + 1))
            }
        }
    }

    /// Their starts and counts in turn.
    fileprivate var text: String { map { "\($0.lowerBound) \($0.count)" }.joined(separator: " ") }

    fileprivate init?(text: String) {
        let numbers = text.split(separator: " ").map { Int32($0).map(Int.init) ?? -1 }
        guard !numbers.isEmpty, numbers.count.isMultiple(of: 2), numbers.allSatisfy({ $0 >= 0 }) else { return nil }
        self = stride(from: 0, to: numbers.count, by: 2).map { numbers[$0]..<(numbers[$0] + numbers[$0 + 1]) }
    }
}

extension String {
    /// The text without line breaks, which end a record.
    fileprivate var oneLine: String {
        utf8.contains { $0 == 0x0a || $0 == 0x0d } ? String(map { $0.isNewline ? " " : $0 }) : self
    }
}
