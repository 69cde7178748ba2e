// SPDX-License-Identifier: Apache-2.0
//
// N+1 requests against one: the same work in several ways, measured over real sockets. See Scripts/demo --help.

import Foundation
import GraphQLBatching
import HTTPTransport

exit(await run(CommandLine.arguments.dropFirst()))

/// Runs the program and returns its exit code.
func run(_ arguments: ArraySlice<String>) async -> Int32 {
    do {
        let options = try Options(arguments: Array(arguments))
        if options.printsHelp {
            print(Options.help)
            return 0
        }
        try await cancelledByInterrupt {
            report(try await Demo(options: options).run(), options)
        }
        return 0
    } catch is CancellationError {
        return fail("interrupted", 130)
    } catch let error as UsageError {
        return fail("\(error.message); --help lists the options", 2)
    } catch let error as DemoError {
        return fail(error.message, 1)
    } catch let error as HTTPTransportError where error.code == .invalidRequest {
        return fail(error.message, 2)
    } catch let error as GraphQLClientError {
        return fail(error.message, 1)
    } catch {
        return fail("\(error)", 1)
    }
}

func report(_ measurements: [Measurement], _ options: Options) {
    if options.printsJSON {
        for measurement in measurements { print(measurement.json) }
        return
    }
    let width = Terminal.width(of: STDOUT_FILENO)
    let table = Table(measurements: measurements, width: width, isUnicode: Terminal.isUnicode)
    let server = options.endpoint.map { "at \($0)" } ?? "\(options.latency.milliseconds) a request"
    print("\(options.count.grouped) reads, \(options.mutationCount) writes, \(server), batches of \(options.batch)\n")
    print((table.rows + [""] + table.bars).joined(separator: "\n"))
    print("\nAll ways returned the same data.")
}

func fail(_ message: String, _ code: Int32) -> Int32 {
    Terminal.writeError("NPlusOne: \(message)\n")
    return code
}
