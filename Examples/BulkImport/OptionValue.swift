// SPDX-License-Identifier: Apache-2.0
//
// Values of options: how they are read, and what is said of one that is wrong.

import BulkOperations

enum OptionValue {
    static func wholeNumber(_ text: String, _ option: String, in range: ClosedRange<Int>) throws(UsageError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                message: "\(option) takes a whole number from \(range.lowerBound) to \(range.upperBound), "
                    + "not \(String(reflecting: text))"
            )
        }
        return number
    }

    static func oneOf<Value: CaseIterable & RawRepresentable>(
        _ type: Value.Type,
        _ text: String,
        _ option: String
    ) throws(UsageError) -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError(message: "\(option) takes one of \(names), not \(String(reflecting: text))")
        }
        return value
    }

    /// Reads a number with a unit, up to ten seconds.
    static func time(_ text: String, _ option: String) throws(UsageError) -> Duration {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let microseconds: [Substring: Double] = ["us": 1, "µs": 1, "ms": 1_000, "s": 1_000_000]
        let unit = text[number.endIndex...]
        guard let value = Double(number), let scale = microseconds[unit] ?? (value == 0 && unit.isEmpty ? 1 : nil),
            value * scale <= 10_000_000
        else {
            let offender = String(reflecting: text)
            throw UsageError(message: "\(option) takes a time such as 2ms, 500us, 1s or 0, up to 10s, not \(offender)")
        }
        return .microseconds(value * scale)
    }

    /// Reads one time, or two with a colon between them.
    static func times(_ text: String, _ option: String) throws(UsageError) -> (Duration, Duration?) {
        guard let colon = text.firstIndex(of: ":") else { return (try time(text, option), nil) }
        return (
            try time(String(text[..<colon]), option), try time(String(text[text.index(after: colon)...]), option)
        )
    }

    /// The format that the name of a file tells.
    static func reportFormat(_ path: String) throws(UsageError) -> RowFormat {
        if path.hasSuffix(".csv") { return .csv(guardsFormulas: true) }
        if path.hasSuffix(".jsonl") { return .jsonLines }
        if path.hasSuffix(".md") { return .markdown }
        let offender = String(reflecting: path)
        throw UsageError(message: "--report takes a file whose name ends in .csv, .jsonl or .md, not \(offender)")
    }

    /// Reads `COLUMN=MEMBER:KIND`. The column may contain an equals sign, the member may not.
    static func column(_ text: String) throws(UsageError) -> CSVMapping.Column {
        let kinds: [Substring: CSVMapping.Kind] = [
            "text": .text, "int": .int, "number": .number, "boolean": .boolean, "json": .json,
        ]
        guard let equals = text.lastIndex(of: "="), equals != text.startIndex else { throw wrongColumn(text) }
        let target = text[text.index(after: equals)...].split(separator: ":", omittingEmptySubsequences: false)
        guard let member = target.first, !member.isEmpty, target.count <= 2,
            let kind = target.count == 2 ? kinds[target[1]] : .text
        else { throw wrongColumn(text) }
        return CSVMapping.Column(String(text[..<equals]), as: String(member), kind)
    }

    private static func wrongColumn(_ text: String) -> UsageError {
        UsageError(
            message:
                "--map takes COLUMN=MEMBER or COLUMN=MEMBER:KIND with the kind text, int, number, boolean or json, "
                + "not \(String(reflecting: text))"
        )
    }
}
