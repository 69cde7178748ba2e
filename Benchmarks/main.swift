// SPDX-License-Identifier: Apache-2.0
//
// What the package costs, measured against what the language itself costs. See Scripts/bench --help.

import Foundation

exit(await run(Array(CommandLine.arguments.dropFirst())))

/// Runs the program and returns its exit code.
///
/// Not on the main actor, as a server's work is not either: a hop to it would be in every time that is taken.
@concurrent
func run(_ arguments: [String]) async -> Int32 {
    do {
        switch try Command(arguments: arguments, subjects: Subject.all) {
        case .help:
            print(Command.help(subjects: Subject.all))
        case .measure(let selection, let printsJSON):
            let report = Report(isJSON: printsJSON)
            report.begin()
            for workload in selection.workloads {
                try await selection.measure(workload) { report.add($0) }
            }
        case .resident(let measure, let n):
            print(try await measure(n))
        case .transport(let options):
            try await TransportBenchmark.run(options)
        }
        return 0
    } catch let error as UsageError {
        return fail("\(error.message); --help lists the options", 2)
    } catch let error as MeasurementError {
        return fail(error.message, 1)
    } catch {
        return fail("\(error)", 1)
    }
}

func fail(_ message: String, _ code: Int32) -> Int32 {
    FileHandle.standardError.write(Data("Benchmarks: \(message)\n".utf8))
    return code
}
