// SPDX-License-Identifier: Apache-2.0
//
// Sends the rows of a file to an API, and accounts for each of them. See Scripts/bulk-import --help.

import BulkOperations
import Foundation
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
        let importer = try Importer(options)
        let (summary, isInterrupted) = try await cancelledByInterrupt { try await importer.run() }
        return importer.report(summary, isInterrupted: isInterrupted)
    } catch is CancellationError {
        return fail("interrupted before anything was sent", 130)
    } catch let error as UsageError {
        return fail("\(error.message); --help lists the options", 2)
    } catch let error as HTTPTransportError where error.code == .invalidRequest {
        return fail(error.message, 2)
    } catch let error as HTTPTransportError {
        return fail(error.message, 1)
    } catch let error as BulkError {
        return fail(error.message, 1)
    } catch {
        return fail("\(error)", 1)
    }
}

func fail(_ message: String, _ code: Int32) -> Int32 {
    Terminal.writeError("bulk-import: \(message)\n")
    return code
}
