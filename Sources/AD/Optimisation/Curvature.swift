import Expr

/// Second derivatives of an objective: Hessian times vector by forward over reverse mode, on a program
/// of its own.
public final class Curvature {
  private let program: Program
  private let parameters: [UnsafeMutableBufferPointer<Double>?]
  private let seeds: [UnsafeMutableBufferPointer<Double>?]
  private let products: [UnsafeBufferPointer<Double>]
  private let sizes: [Int]

  /// - Throws: when the program does not fit into the memory.
  public init(
    of output: NodeID, variables: [NodeID], in graph: Graph, environment: Environment
  ) throws(Diagnostic) {
    var graph = graph
    sizes = variables.map { graph.shape(of: $0).count }
    var directions: [NodeID: NodeID] = [:]
    for (number, variable) in variables.enumerated() {
      let shape = graph.shape(of: variable)
      directions[variable] = LinearSweeps.seed(number, shape: shape, in: &graph)
    }
    let outputs = hessianVectorProduct(
      of: output, variables: variables, along: directions, in: &graph)
    let program = try graph.compiled(
      outputs, varying: variables + directions.values, in: environment)
    program.setLeaves(from: environment)
    self.program = program
    parameters = variables.map { graph.leaf(of: $0).flatMap { program.buffer(of: $0.id) } }
    seeds = variables.map { node in
      directions[node].flatMap { graph.leaf(of: $0) }.flatMap { program.buffer(of: $0.id) }
    }
    products = outputs.indices.map { program.buffer(ofOutput: $0) }
  }

  /// result ← H(point)·direction.
  public func multiply(
    at point: FlatVector, _ direction: FlatVector, into result: FlatVector
  ) throws(Diagnostic) {
    fill(parameters, from: point)
    fill(seeds, from: direction)
    if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
    try program.run()
    var position = 0
    for product in products {
      if let base = product.baseAddress {
        (result.entries + position).update(from: base, count: product.count)
      }
      position += product.count
    }
  }

  /// The whole Hessian, n×n row by row, one product for each column; symmetric by taking means.
  public func fill(_ matrix: FlatVector, at point: FlatVector) throws(Diagnostic) {
    let n = point.count
    let unit = FlatVector(n), column = FlatVector(n)
    for j in 0..<n {
      unit[j] = 1
      try multiply(at: point, unit, into: column)
      unit[j] = 0
      for i in 0..<n { matrix[i * n + j] = column[i] }
    }
    for i in 0..<n {
      for j in 0..<i {
        let mean = matrix[i * n + j] / 2 + matrix[j * n + i] / 2
        matrix[i * n + j] = mean
        matrix[j * n + i] = mean
      }
    }
  }

  /// The eigenvalue of H of greatest size, by the power method: L where E is convex.
  ///
  /// Cost: up to 100 products. Its relative error is about 1e-4 where eigenvalues are apart.
  public func greatestEigenvalue(at point: FlatVector) throws(Diagnostic) -> Double {
    let n = point.count
    let direction = FlatVector(n), product = FlatVector(n)
    // Any start that is orthogonal to no likely eigenvector.
    for i in 0..<n { direction[i] = 1 + 0.618 * Double((i * 7 + 3) % 11) / 11 }
    var eigenvalue = 0.0
    for _ in 0..<100 {
      let size = direction.norm
      guard size > 0, size.isFinite else { return eigenvalue }
      direction.scale(1 / size)
      try multiply(at: point, direction, into: product)
      let next = direction.dot(product)
      let isSettled = abs(next - eigenvalue) <= 1e-9 * abs(next)
      eigenvalue = next
      if isSettled { break }
      direction.copy(product)
    }
    return eigenvalue
  }

  private func fill(_ buffers: [UnsafeMutableBufferPointer<Double>?], from vector: FlatVector) {
    var position = 0
    for (buffer, size) in zip(buffers, sizes) {
      buffer?.baseAddress?.update(from: vector.entries + position, count: size)
      position += size
    }
  }
}
