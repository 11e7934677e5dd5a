import Expr

/// Value, gradient and the matrix of second derivatives of a number at a point, in all variables
/// together: their entries one after the other, each array row by row.
public struct Hessian: Sendable {
  public let value: Double
  /// One for each variable, in its shape.
  public let gradient: [Tensor]
  /// N×N for N entries, symmetric.
  public let matrix: Tensor

  /// Forward over reverse: one program of the gradient's tangent, run for each column.
  ///
  /// - Precondition: `output` is a scalar.
  public init(
    of output: NodeID, variables: [NodeID], in graph: Graph, environment: Environment
  ) throws(Diagnostic) {
    var graph = graph
    let sizes = variables.map { graph.shape(of: $0).count }
    let size = sizes.reduce(0, +)
    var entries = try zeroMatrix(size, size)
    var seeds: [NodeID: NodeID] = [:]
    for (number, variable) in variables.enumerated() {
      let shape = graph.shape(of: variable)
      seeds[variable] = LinearSweeps.seed(number, shape: shape, in: &graph)
    }
    let slopes = AD.gradient(of: output, variables: variables, in: &graph)
    let products = hessianVectorProduct(
      of: output, variables: variables, along: seeds, in: &graph)
    let sweeps = try LinearSweeps(
      graph, outputs: [output] + slopes + products, environment: environment)
    let program = sweeps.program
    value = program.buffer(ofOutput: 0)[0]
    gradient = slopes.indices.map { program.value(ofOutput: 1 + $0) }

    var column = 0
    for number in variables.indices {
      try sweeps.forEachUnit(of: number) { entry in
        var row = 0
        for product in products.indices {
          for value in program.buffer(ofOutput: 1 + slopes.count + product) {
            entries[row * size + column + entry] = value
            row += 1
          }
        }
      }
      column += sizes[number]
    }
    matrix = Tensor(.matrix(size, size), Self.symmetric(entries, size))
  }

  /// Entries that differ by rounding only become one number: their mean.
  private static func symmetric(_ entries: [Double], _ size: Int) -> [Double] {
    var result = entries
    for row in 0..<size {
      for column in 0..<row {
        let (lower, upper) = (row * size + column, column * size + row)
        let (a, b) = (entries[lower], entries[upper])
        let mean = a == b ? a : a / 2 + b / 2
        result[lower] = mean
        result[upper] = mean
      }
    }
    return result
  }
}

/// What the quadratic form of a symmetric matrix does to signs.
public enum Definiteness: String, Sendable {
  case positive = "positive definite"
  case negative = "negative definite"
  case positiveSemidefinite = "positive semidefinite"
  case negativeSemidefinite = "negative semidefinite"
  case indefinite
  case zero

  /// - Parameters:
  ///   - matrix: symmetric.
  ///   - eigenvalues: its own, ascending.
  /// - Returns: nil for a matrix with nan or infinities. An eigenvalue within rounding errors of 0
  ///   counts as 0.
  public init?(_ matrix: Tensor, eigenvalues: [Double]) {
    guard let least = eigenvalues.first, let greatest = eigenvalues.last,
      least.isFinite, greatest.isFinite
    else { return nil }
    let rounding = Double(eigenvalues.count) * .ulpOfOne * max(abs(least), abs(greatest))
    if least == 0, greatest == 0 {
      self = .zero
    } else if least > 0, Self.isRegular(matrix) {
      self = .positive
    } else if greatest < 0, Self.isRegular(matrix) {
      self = .negative
    } else if least >= -rounding {
      self = .positiveSemidefinite
    } else if greatest <= rounding {
      self = .negativeSemidefinite
    } else {
      self = .indefinite
    }
  }

  /// Whether a definite matrix stays one under rounding errors in its entries. Whether it does has
  /// nothing to do with its scale: it is decided with ones on the diagonal.
  private static func isRegular(_ matrix: Tensor) -> Bool {
    let size = matrix.shape.dimensions[0]
    let roots = (0..<size).map { abs(matrix.elements[$0 * size + $0]).squareRoot() }
    var scaled = matrix
    for row in 0..<size {
      for column in 0..<size {
        scaled.elements[row * size + column] /= roots[row] * roots[column]
      }
    }
    let sizes = symmetricEigenvalues(scaled).map { abs($0) }
    return sizes.allSatisfy { $0 > Double(size) * .ulpOfOne }
  }
}
