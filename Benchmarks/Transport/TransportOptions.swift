// SPDX-License-Identifier: Apache-2.0
//
// What the command line asks of the transport's benchmark.

/// What is measured against which servers, or what the program asks of itself in a process of its own.
struct TransportOptions: Sendable {
    enum Role: Sendable {
        case measure
        /// To serve until standard input ends, after so many milliseconds of latency a request.
        case serve(milliseconds: Int)
        /// To send so many requests at once over so many connections, and to print what that took.
        case burst(url: String, requests: Int, connections: Int)
    }

    var role = Role.measure
    var isQuick = false
    var printsJSON = false
    /// Servers besides the loopback server; each answers `POST /small` and `GET /large`.
    var endpoints: [String] = []
    /// The PEM file with the authorities to trust.
    var caFile: String?
    /// The only number of requests in flight to measure.
    var inFlight: Int?
    /// The only kind of body to measure.
    var kind: TransportLoad.Kind?
    /// How many rounds, where the default does not do.
    var rounds: Int?

    func includes(_ load: TransportLoad) -> Bool {
        load.inFlight == inFlight ?? load.inFlight && load.kind == kind ?? load.kind
    }

    static let help = """
        transport: sends requests with CurlHTTPTransport and, in turn with it, with a loop in C on libcurl's multi
        interface, the floor; to a server in a process of its own. In rows "own thread" the tasks that send prefer the
        transport's executor.

          --endpoint URL   also this server, which must answer POST URL/small and GET URL/large; several times if wanted
          --ca FILE        the authorities to trust, for an endpoint over TLS
          --in-flight N    only with so many requests in flight
          --body KIND      only bodies that are small, or large; a large one, for which both take new memory each time,
                           is measured twice: "large" with a C library that keeps freed memory, "large, trimmed" with
                           one that returns it to the system from 2 MB on, as glibc does unless it is told otherwise
          --rounds N       so many rounds of each
        """

    /// Reads the arguments behind the subject's name.
    init(arguments: ArraySlice<String>) throws(UsageError) {
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "--quick": isQuick = true
            case "--json": printsJSON = true
            case "--endpoint": endpoints.append(try Self.text(rest.popFirst(), of: argument))
            case "--ca": caFile = try Self.text(rest.popFirst(), of: argument)
            case "--in-flight": inFlight = try Self.number(rest.popFirst(), of: argument)
            case "--body": kind = try Self.kind(rest.popFirst(), of: argument)
            case "--rounds": rounds = try Self.number(rest.popFirst(), of: argument)
            case "--serve": role = .serve(milliseconds: try Self.number(rest.popFirst(), of: argument))
            case "--burst":
                role = .burst(
                    url: try Self.text(rest.popFirst(), of: argument),
                    requests: try Self.number(rest.popFirst(), of: argument),
                    connections: try Self.number(rest.popFirst(), of: argument)
                )
            default: throw UsageError(message: "there is no option \(String(reflecting: argument))")
            }
        }
    }

    private static func text(_ text: String?, of option: String) throws(UsageError) -> String {
        guard let text, !text.isEmpty else { throw UsageError(message: "\(option) needs a value") }
        return text
    }

    private static func kind(_ text: String?, of option: String) throws(UsageError) -> TransportLoad.Kind {
        guard let kind = TransportLoad.Kind(rawValue: try Self.text(text, of: option)) else {
            throw UsageError(message: "\(option) takes small or large, not \(String(reflecting: text ?? ""))")
        }
        return kind
    }

    private static func number(_ text: String?, of option: String) throws(UsageError) -> Int {
        guard let number = Int(try Self.text(text, of: option)), number >= 0 else {
            throw UsageError(message: "\(option) takes a whole number, not \(String(reflecting: text ?? ""))")
        }
        return number
    }
}
