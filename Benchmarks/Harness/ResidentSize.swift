// SPDX-License-Identifier: Apache-2.0
//
// How much memory a process takes, and how much one takes that does nothing else.

import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How many bytes of this process are in memory.
func residentSize() throws(MeasurementError) -> Int {
    #if canImport(Darwin)
        var info = proc_taskinfo()
        let size = Int32(MemoryLayout<proc_taskinfo>.size)
        guard proc_pidinfo(getpid(), PROC_PIDTASKINFO, 0, &info, size) == size else {
            throw MeasurementError(message: "the system does not tell the resident size of this process")
        }
        return Int(info.pti_resident_size)
    #else
        let fields = FileManager.default.contents(atPath: "/proc/self/statm")
            .map { String(decoding: $0, as: UTF8.self).split(separator: " ") }
        guard let fields, fields.count > 1, let pages = Int(fields[1]) else {
            throw MeasurementError(message: "/proc/self/statm does not tell the resident size of this process")
        }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    #endif
}

/// Runs this program again with other arguments and reads the number that it prints.
///
/// What other measurements have left in the allocator is not counted then.
func growthOfChildProcess(arguments: [String]) throws -> Int {
    let child = Process()
    let output = Pipe()
    child.executableURL = Bundle.main.executableURL
    child.arguments = arguments
    child.standardOutput = output
    try child.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    child.waitUntilExit()
    guard child.terminationStatus == 0, let growth = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
        throw MeasurementError(
            message: "'\(arguments.joined(separator: " "))' ended with exit code \(child.terminationStatus)"
        )
    }
    return growth
}
