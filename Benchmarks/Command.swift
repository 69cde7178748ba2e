// SPDX-License-Identifier: Apache-2.0
//
// What the command line asks for.

/// What is to be done.
enum Command {
    case help
    case measure(Selection, printsJSON: Bool)
    /// What the program asks of itself, in a process of its own: to print by how much that process grows.
    case resident(@Sendable (Int) async throws -> Int, n: Int)
    case transport(TransportOptions)

    /// Reads the arguments behind the program's name.
    init(arguments: [String], subjects: [Subject]) throws(UsageError) {
        let isHelp = arguments.contains("--help") || arguments.contains("-h")
        guard !isHelp else {
            self = .help
            return
        }
        var rest = arguments[...]
        let names = (subjects.map(\.name) + ["transport"]).joined(separator: ", ")
        guard let name = rest.popFirst(), !name.hasPrefix("-") else {
            throw UsageError(message: "the first argument must be what to measure: \(names)")
        }
        if name == "transport" {
            self = .transport(try TransportOptions(arguments: rest))
            return
        }
        guard let subject = subjects.first(where: { $0.name == name }) else {
            throw UsageError(message: "there is no subject \(String(reflecting: name)); there is \(names)")
        }
        self =
            if rest.first == "--resident" {
                try Self.resident(rest.dropFirst(), of: subject)
            } else {
                try Self.measure(rest, of: subject)
            }
    }

    static func help(subjects: [Subject]) -> String {
        """
        Measures what an operation costs, and how much that is compared to a floor: the least that the language
        itself takes for it. Every value is checked; a wrong one ends the run with exit code 1.

        usage: Benchmarks SUBJECT [options]

          --only WORKLOAD  this workload; may be given several times
          --size N         this number of operations, for the workloads that have it
          --quick          fewer runs of the smaller sizes
          --json           print one object a line instead of the table
          --help           print this

        Times are nanoseconds an operation. Workload and floor run in turn. Where the number of batches varies, it is
        the one that 95 of 100 runs did not exceed.

        """ + subjects.map { "\n\($0.name): \($0.workloads.map(\.name).joined(separator: ", "))" }.joined()
            + "\n\n\(TransportOptions.help)"
    }

    private static func measure(_ arguments: ArraySlice<String>, of subject: Subject) throws(UsageError) -> Command {
        var selection = Selection(subject: subject, workloads: [])
        var printsJSON = false
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "--json": printsJSON = true
            case "--quick": selection.isQuick = true
            case "--only": selection.workloads.append(try workload(rest.popFirst(), of: subject))
            case "--size": selection.size = try wholeNumber(rest.popFirst(), of: argument)
            default: throw UsageError(message: "there is no option \(String(reflecting: argument))")
            }
        }
        if selection.workloads.isEmpty { selection.workloads = subject.workloads }
        guard selection.workloads.contains(where: { !selection.sizes(of: $0).isEmpty }) else {
            let sizes = Set(selection.workloads.flatMap(\.sizes)).sorted().map(String.init).joined(separator: ", ")
            throw UsageError(message: "--size must be one of the sizes of the workload: \(sizes)")
        }
        return .measure(selection, printsJSON: printsJSON)
    }

    private static func resident(_ arguments: ArraySlice<String>, of subject: Subject) throws(UsageError) -> Command {
        guard case .memory(let growth) = try workload(arguments.first, of: subject).measure else {
            throw UsageError(message: "--resident is for workloads that measure memory")
        }
        return .resident(growth, n: try wholeNumber(arguments.dropFirst().first, of: "--resident"))
    }

    private static func workload(_ name: String?, of subject: Subject) throws(UsageError) -> Workload {
        let names = subject.workloads.map(\.name).joined(separator: ", ")
        guard let name else { throw UsageError(message: "--only needs a workload: \(names)") }
        guard let workload = subject.workloads.first(where: { $0.name == name }) else {
            throw UsageError(message: "there is no workload \(String(reflecting: name)); there are \(names)")
        }
        return workload
    }

    private static func wholeNumber(_ text: String?, of option: String) throws(UsageError) -> Int {
        guard let text else { throw UsageError(message: "\(option) needs a number") }
        guard let number = Int(text), number > 0 else {
            throw UsageError(message: "\(option) takes a whole number above zero, not \(String(reflecting: text))")
        }
        return number
    }
}

/// What is wrong with the command line.
struct UsageError: Error {
    var message: String
}
