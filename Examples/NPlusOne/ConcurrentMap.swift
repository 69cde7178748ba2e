// SPDX-License-Identifier: Apache-2.0
//
// A child task for each element: how loads of one tick come about in a user's code.

/// Transforms all elements at once; the results have the elements' order.
func concurrentMap<Element: Sendable, Output: Sendable>(
    _ elements: [Element],
    _ transform: @escaping @Sendable (Element) async throws -> Output
) async throws -> [Output] {
    try await withThrowingTaskGroup(of: (Int, Output).self) { group in
        for (index, element) in elements.enumerated() {
            group.addTask { (index, try await transform(element)) }
        }
        var outputs = [Output?](repeating: nil, count: elements.count)
        for try await (index, output) in group {
            outputs[index] = .some(output)
        }
        return outputs.compactMap { $0 }
    }
}
