// SPDX-License-Identifier: Apache-2.0
//
// What is right for each fault: the error, or the response.

import HTTPTransport
import LoopbackServer
import Testing

/// What a caller gets from a server that does something wrong.
enum FaultExpectation: Equatable {
    /// An error, after the request may have reached the server.
    case error(HTTPTransportError.Code)
    /// A response, with this body.
    case response(Int, String)
}

extension LoopbackFault {
    /// The body that is posted to a server with this fault.
    var requestBody: String {
        switch self {
        // More than fits into the buffers of a socket, so that the answer comes while it is on its way.
        case .earlyRefusal, .earlyRefusalThenReset: String(repeating: "x", count: 16 << 20)
        default: "posted"
        }
    }

    /// What the caller of the first request of a connection gets.
    var expectation: FaultExpectation {
        switch self {
        case .closesBeforeAnyByte, .resetsBeforeAnyByte, .resetsInBody, .halfStatusLine, .halfHead, .noBlankLine,
            .shortBody, .chunksWithoutEnd:
            .error(.connectionLost)
        case .conflictingLengths, .negativeLength, .lengthIsNoNumber, .lengthAndChunks, .badChunkSize, .garbage,
            .unexpectedUpgrade, .namelessField, .nulInHeader, .corruptGzip, .truncatedGzip, .halfGzip, .unknownEncoding:
            .error(.invalidResponse)
        case .longHeaderField, .hugeHead, .floodOfInformational, .gzipBomb, .oversizedChunks: .error(.responseTooLarge)
        case .slowDrip, .noAnswer: .error(.timedOut)
        // What is behind the announced end is no part of the response, nor of the next one.
        case .extraBytes: .response(200, "ok")
        // Without a length, the end of the connection is the end of the body. Its reader finds the JSON incomplete.
        case .partialJSONUntilClose: .response(200, #"{"data":{"a"#)
        case .closesOnSecondRequest, .resetsOnSecondRequest: .response(200, "posted")
        case .earlyRefusal: .response(413, "The request's body is larger than 1000 bytes.\n")
        case .earlyRefusalThenReset: .response(413, "")
        // Not followed.
        case .redirectToFile, .redirectToOtherHost: .response(302, "")
        }
    }

    /// Short where running out of time is what is expected, and else as long as a busy machine may take.
    var timeout: Duration { expectation == .error(.timedOut) ? .milliseconds(800) : .seconds(25) }

    /// What the caller of the second request of a connection gets.
    var secondExpectation: FaultExpectation {
        switch self {
        case .closesOnSecondRequest, .resetsOnSecondRequest: .error(.connectionLost)
        default: expectation
        }
    }
}
