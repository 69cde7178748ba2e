// SPDX-License-Identifier: Apache-2.0
//
// Twenty thousand cases of the fuzzer, with every check of a debug build. Scripts/fuzz runs a million.

import Testing

@Suite("Random input", .timeLimit(.minutes(5)))
struct FuzzTests {
    @Test(arguments: 0..<UInt64(4))
    func `neither the parser nor the splitter traps, hangs or loses its way`(part: UInt64) throws {
        let fuzzer = try Fuzzer()
        for number in part * 5_000..<(part + 1) * 5_000 {
            let fault = fuzzer.fault(of: number)
            #expect(fault == nil, "case \(number)")
        }
    }
}
