// SPDX-License-Identifier: Apache-2.0
//
// What a caller reads of a failure that curl reports.

import CCurl
import HTTPTransport
import Testing

@testable import CurlTransport

@Suite struct TransferFailureTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var code: CURLcode
        var phase: HTTPTransportError.Phase
        var isHeadComplete = false
        var attempts = 1
        var expected: HTTPTransportError.Code
        /// A part of the message.
        var words: String
    }

    static let tooLarge = CURLcode(rawValue: 100)

    static let rows = [
        Row(
            testDescription: "no memory for a handle",
            code: CURLE_OUT_OF_MEMORY,
            phase: .connect,
            attempts: 0,
            expected: .internalFailure,
            words: "cannot send"
        ),
        Row(
            testDescription: "no memory for a request",
            code: CURLE_OUT_OF_MEMORY,
            phase: .send,
            expected: .internalFailure,
            words: "memory for the request"
        ),
        Row(
            testDescription: "a status line that is too long",
            code: CURLE_OUT_OF_MEMORY,
            phase: .wait,
            expected: .responseTooLarge,
            words: "header of the response"
        ),
        Row(
            testDescription: "a field that is too long",
            code: CURLE_OUT_OF_MEMORY,
            phase: .receive,
            expected: .responseTooLarge,
            words: "header of the response"
        ),
        Row(
            testDescription: "no memory for a body",
            code: CURLE_OUT_OF_MEMORY,
            phase: .receive,
            isHeadComplete: true,
            expected: .internalFailure,
            words: "memory for the response"
        ),
        Row(
            testDescription: "a field that is too long, as newer libraries say it",
            code: tooLarge,
            phase: .receive,
            expected: .responseTooLarge,
            words: "header of the response"
        ),
        Row(
            testDescription: "a request that is too long, as newer libraries say it",
            code: tooLarge,
            phase: .send,
            expected: .internalFailure,
            words: "request"
        ),
    ]

    @Test(arguments: rows)
    func `What is too large or lacks memory is told apart by how far the request had come`(row: Row) {
        let failure = TransferFailure(
            code: row.code,
            reason: "reason",
            refusal: nil,
            phase: row.phase,
            isHeadComplete: row.isHeadComplete,
            attempts: row.attempts,
            mayBeRepeated: false,
            usesProxy: false,
            connectTimeout: .seconds(10)
        )
        let error = failure.error(from: "http://example.com")
        #expect(error.code == row.expected)
        #expect(error.message.contains(row.words) && error.message.contains("http://example.com"))
        #expect(error.mayHaveReachedServer == (row.attempts > 0))
        #expect(error.cause?.code == Int(row.code.rawValue))
    }
}
