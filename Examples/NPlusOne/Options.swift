// SPDX-License-Identifier: Apache-2.0
//
// What the command line asks for.

import HTTPTransport

/// The options of a run; the defaults are what a newcomer sees.
struct Options {
    /// How many resources are read.
    var count = 1_000
    /// How long the built-in server takes for each request.
    var latency = Duration.milliseconds(2)
    /// The most keys of a batch and the most fields of a document.
    var batch = 100
    /// Another server to ask instead of the built-in one.
    var endpoint: HTTPURL?
    /// Whether to print JSON instead of the table.
    var printsJSON = false
    /// Whether to print the help and nothing else.
    var printsHelp = false

    /// How many resources are written.
    var mutationCount: Int { min(count, 300) }

    static let help = """
        Reads the same resources in four ways and writes some of them in two, over real sockets, and compares.

        usage: NPlusOne [options]

          --count N        resources to read, 1 to 100000 (default 1000); up to 300 of them are written
          --batch N        keys of a batch, fields of a document, 1 to 10000 (default 100)
          --latency TIME   time the built-in server takes for a request, as 2ms, 500us, 1s or 0 (default 2ms)
          --endpoint URL   ask this server instead, which has the schema of Tests/Interop/schema.graphql;
                           the names of some resources are changed there, and changed back
                           unless the run is interrupted
          --json           print one object a line instead of the table
          --help           print this

        Bytes are those of the requests' and responses' bodies.
        """
}

/// What is wrong with the command line.
struct UsageError: Error {
    var message: String
}

extension Options {
    /// Reads the arguments behind the program's name.
    init(arguments: [String]) throws {
        var latencyIsGiven = false
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            func value() throws(UsageError) -> String {
                if parts.count == 2 { return parts[1] }
                guard let next = rest.popFirst() else { throw UsageError(message: "\(argument) needs a value") }
                return next
            }
            switch parts.count == 1 || Self.takesValue.contains(parts[0]) ? parts[0] : argument {
            case "--count": count = try Self.wholeNumber(value(), of: "--count", in: 1...100_000)
            case "--batch": batch = try Self.wholeNumber(value(), of: "--batch", in: 1...10_000)
            case "--latency":
                latency = try Self.latency(value())
                latencyIsGiven = true
            case "--endpoint": endpoint = try HTTPURL(value())
            case "--json": printsJSON = true
            case "--help", "-h": printsHelp = true
            default: throw UsageError(message: "there is no option \(String(reflecting: argument))")
            }
        }
        if latencyIsGiven, endpoint != nil {
            throw UsageError(message: "--latency is for the built-in server and has no effect with --endpoint")
        }
    }

    private static let takesValue: Set = ["--count", "--batch", "--latency", "--endpoint"]

    private static func wholeNumber(
        _ text: String,
        of option: String,
        in range: ClosedRange<Int>
    ) throws(UsageError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                message: "\(option) takes a whole number from \(range.lowerBound) to \(range.upperBound), "
                    + "not \(String(reflecting: text))"
            )
        }
        return number
    }

    /// Reads a number with a unit, up to ten seconds.
    private static func latency(_ text: String) throws(UsageError) -> Duration {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let microseconds: [Substring: Double] = ["us": 1, "µs": 1, "ms": 1_000, "s": 1_000_000]
        let unit = text[number.endIndex...]
        guard let value = Double(number), let scale = microseconds[unit] ?? (value == 0 && unit.isEmpty ? 1 : nil),
            value * scale <= 10_000_000
        else {
            let offender = String(reflecting: text)
            throw UsageError(message: "--latency takes a time such as 2ms, 500us, 1s or 0, up to 10s, not \(offender)")
        }
        return .microseconds(value * scale)
    }
}
