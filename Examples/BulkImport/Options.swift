// SPDX-License-Identifier: Apache-2.0
//
// What the command line asks for.

import BulkOperations
import HTTPTransport

/// The options of a run; the defaults are what a newcomer sees.
struct Options {
    enum Format: String, CaseIterable {
        case csv, jsonl
    }

    /// How rows travel.
    enum Mode: String, CaseIterable {
        /// A request for each row.
        case rest
        /// Many rows in an envelope of operations.
        case envelope
        /// Many rows in a document of aliased mutations.
        case graphql
        /// All rows as jobs that the server works at while we follow them.
        case job
        /// Not at all: rows are read and checked.
        case check
    }

    /// The server; `nil` starts one of our own.
    var endpoint: HTTPURL?
    /// `-` for the standard input.
    var file = ""
    var format = Format.csv
    var mode = Mode.rest
    /// The path of an operation in an envelope.
    var path = "/items"
    var concurrency = 8
    /// The rows of a chunk; `nil` finds out how many.
    var chunk: Int?
    /// Requests a second at most.
    var rate: Int?
    var columns: [CSVMapping.Column] = []
    var journal: String?
    var failures: String?
    var unknown: String?
    /// Asked before anything is sent.
    var health: HTTPURL?
    /// How many rows may fail before nothing more is sent; `nil` for any number.
    var stopAfter: Int?
    /// A file for the end of each row.
    var report: String?
    var apiKeyFile: String?
    var printsTrace = false
    var printsJSON = false
    var printsHelp = false
    /// How the server behaves that is started when no endpoint is given.
    var latency = Duration.milliseconds(5)
    var rowCost = Duration.zero
    /// What a row costs from the middle of the file on, if that is something else.
    var laterRowCost: Duration?
    var faultPercent = 0

    static let help = """
        Sends every row of a file to an API, and says of each row what became of it.

        usage: bulk-import [options] FILE        FILE is - for the standard input

          --endpoint URL      the API; without it, a server is started here to play with
          --format F          csv or jsonl (default: by the name of the file)
          --mode M            rest: a request for each row; envelope: many rows in one request; graphql: many rows
                              as aliased mutations createResource, see Tests/Interop/schema.graphql; job: rows as jobs that are followed to their end;
                              check: read and check, send nothing (default rest)
          --map COLUMN=MEMBER[:KIND]
                              send this column as this member; KIND is text, int, number, boolean or json (default
                              text). Several times for several columns; without it, all columns are sent as text
          --path PATH         the path of each operation in an envelope (default /items)
          --concurrency N     chunks in flight, 1 to 256 (default 8)
          --chunk N           rows of a chunk, 1 to 10000 (default: found out, for the modes that have chunks)
          --rate N            requests a second at most (default: as many as the API allows)
          --health URL        ask this first; the run begins only if the answer is a success
          --stop-after N      send nothing more once N rows have failed (default: go on)
          --journal FILE      keep account in this file; the same command goes on where a killed run stopped
          --failures FILE     write rows here that failed or were not sent, as they were, to be fed back in
                              (default: FILE.failed.csv beside the file)
          --unknown FILE      write rows here of which nobody can say whether they were done (default FILE.unknown.csv)
          --report FILE       write here how each row ended; .csv, .jsonl or .md by the name
          --api-key-file FILE send the key in this file with each request; or set BULK_IMPORT_API_KEY
          --trace             tell each change of the size of chunks
          --json              print the summary as an object of JSON
          --help              print this

          --latency TIME, --row-cost TIME[:TIME], --faults PERCENT
                              of the server that is started here: time of a request and of a row (5ms, 500us, 1s, 0),
                              a second one from the middle of the file on (2ms:8ms, see --trace), and how many
                              requests fail at random, 0 to 100

        exit codes: 0 all rows are done; 1 the run could not begin or broke off; 2 the command line is wrong;
        3 some rows failed, are unknown or were not sent; 130 interrupted. Ctrl-C ends a run within a second and says
        what is done, failed, unknown and not sent; a second Ctrl-C ends it at once.
        """
}

/// What is wrong with the command line.
struct UsageError: Error {
    var message: String
}

extension Options {
    /// Reads the arguments behind the program's name.
    init(arguments: [String]) throws {
        var formatIsGiven = false
        var serverOptions: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                if argument == "-h" { printsHelp = true; continue }
                guard argument == "-" || !argument.hasPrefix("-") else { throw Self.noOption(argument) }
                guard file.isEmpty else {
                    throw UsageError(message: "there are two files, \(Self.quoted(file)) and \(Self.quoted(argument))")
                }
                file = argument
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = parts[0]
            if try takeFlag(argument) { continue }
            guard Self.takesValue.contains(name) else { throw Self.noOption(argument) }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
                throw UsageError(message: "\(name) needs a value")
            }
            try take(value, for: name)
            formatIsGiven = formatIsGiven || name == "--format"
            if Self.forServer.contains(name) { serverOptions.append(name) }
        }
        guard !printsHelp else { return }
        guard !file.isEmpty else { throw UsageError(message: "name a file, or - for the standard input") }
        if !formatIsGiven { format = try Self.format(of: file) }
        if endpoint != nil, let name = serverOptions.first {
            throw UsageError(
                message: "\(name) is for the server that is started here and has no effect with --endpoint"
            )
        }
        if laterRowCost != nil, file == "-" {
            throw UsageError(message: "--row-cost takes two times for a file only: the standard input has no middle")
        }
        if format == .jsonl, !columns.isEmpty { throw UsageError(message: "--map is for columns of --format csv") }
    }

    private mutating func takeFlag(_ argument: String) throws -> Bool {
        switch argument {
        case "--trace": printsTrace = true
        case "--json": printsJSON = true
        case "--help": printsHelp = true
        default: return false
        }
        return true
    }

    private static let forServer: Set = ["--latency", "--row-cost", "--faults"]
    private static let takesValue = forServer.union([
        "--endpoint", "--format", "--mode", "--map", "--path", "--concurrency", "--chunk", "--rate", "--health",
        "--stop-after", "--journal",
        "--failures",
        "--unknown", "--report", "--api-key-file",
    ])

    private mutating func take(_ value: String, for name: String) throws {
        switch name {
        case "--endpoint": endpoint = try HTTPURL(value)
        case "--format": format = try OptionValue.oneOf(Format.self, value, name)
        case "--mode": mode = try OptionValue.oneOf(Mode.self, value, name)
        case "--map": columns.append(try OptionValue.column(value))
        case "--path": path = value
        case "--concurrency": concurrency = try OptionValue.wholeNumber(value, name, in: 1...256)
        case "--chunk": chunk = try OptionValue.wholeNumber(value, name, in: 1...10_000)
        case "--rate": rate = try OptionValue.wholeNumber(value, name, in: 1...1_000_000)
        case "--health": health = try HTTPURL(value)
        case "--stop-after": stopAfter = try OptionValue.wholeNumber(value, name, in: 1...1_000_000)
        case "--journal": journal = value
        case "--failures": failures = value
        case "--unknown": unknown = value
        case "--report":
            _ = try OptionValue.reportFormat(value)
            report = value
        case "--api-key-file": apiKeyFile = value
        case "--latency": latency = try OptionValue.time(value, name)
        case "--row-cost": (rowCost, laterRowCost) = try OptionValue.times(value, name)
        default: faultPercent = try OptionValue.wholeNumber(value, name, in: 0...100)
        }
    }

    private static func format(of file: String) throws(UsageError) -> Format {
        if file.hasSuffix(".csv") { return .csv }
        if file.hasSuffix(".jsonl") || file.hasSuffix(".ndjson") { return .jsonl }
        throw UsageError(
            message: "the name \(quoted(file)) does not tell the format; say --format csv or --format jsonl"
        )
    }

    private static func noOption(_ argument: String) -> UsageError {
        UsageError(message: "there is no option \(quoted(String(argument.prefix { $0 != "=" })))")
    }

    private static func quoted(_ text: String) -> String { String(reflecting: text) }
}
