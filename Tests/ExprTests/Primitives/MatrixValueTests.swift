import Testing

@testable import Expr

/// Values of the primitives on matrices, through the graph and the evaluator.
@Suite struct MatrixValueTests {
  private static func evaluate(
    _ name: String, _ operands: [Tensor], _ attribute: Attribute = .none
  ) throws -> Tensor {
    var graph = Graph()
    var nodes: [NodeID] = []
    for (order, operand) in operands.enumerated() {
      let leaf = Leaf(id: Leaf.ID(order: order), name: Name("x\(order)"), isData: false)
      nodes.append(graph.leaf(leaf, shape: operand.shape))
    }
    let node = try graph.checked(name, nodes, attribute)
    let program = try Program(graph, outputs: [node])
    for (order, operand) in operands.enumerated() {
      program.set(Leaf.ID(order: order), to: operand)
    }
    try program.run()
    return program.value(ofOutput: 0)
  }

  private static func matrix(_ rows: [[Double]]) -> Tensor {
    Tensor(.matrix(rows.count, rows.first?.count ?? 0), rows.flatMap { $0 })
  }
  private static func vector(_ entries: [Double]) -> Tensor {
    Tensor(.vector(entries.count), entries)
  }
  private static func row(_ entries: [Double]) -> Tensor { Tensor(.row(entries.count), entries) }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let operands: [Tensor]
    var attribute = Attribute.none
    let expected: Tensor
    var testDescription: String { "\(name)(\(operands.map { ValueFormat().line($0) }))" }
  }

  /// Whole numbers throughout, and pivots that are powers of two: the results are exact.
  static let exact: [Case] = [
    Case(
      name: "solve", operands: [matrix([[0, 2], [4, 8]]), vector([2, 4])],
      expected: vector([-1, 1])),
    Case(
      name: "solve", operands: [matrix([[2, 0], [1, 4]]), matrix([[2, 4], [5, 2]])],
      expected: matrix([[1, 2], [1, 0]])),
    Case(name: "solve", operands: [matrix([]), vector([])], expected: vector([])),
    Case(
      name: "inv", operands: [matrix([[0, 2], [4, 8]])], expected: matrix([[-1, 0.25], [0.5, 0]])),
    Case(name: "det", operands: [matrix([[1, 2], [3, 4]])], expected: Tensor(-2)),
    Case(name: "det", operands: [matrix([[1, 2], [2, 4]])], expected: Tensor(0)),
    Case(
      name: "det", operands: [matrix([[0, 1, 0], [0, 0, 1], [1, 0, 0]])], expected: Tensor(1)),
    Case(name: "det", operands: [matrix([])], expected: Tensor(1)),
    Case(
      name: "cofactors", operands: [matrix([[1, 2], [2, 4]])],
      expected: matrix([[4, -2], [-2, 1]])),
    Case(
      name: "cholesky", operands: [matrix([[4, 2], [2, 10]])], expected: matrix([[2, 0], [1, 3]])),
    Case(name: "trace", operands: [matrix([[1, 2], [3, 4]])], expected: Tensor(5)),
    Case(name: "diag", operands: [vector([1, 2])], expected: matrix([[1, 0], [0, 2]])),
    Case(
      name: "diag", operands: [matrix([[1, 2, 3], [4, 5, 6]])], expected: vector([1, 5])),
    Case(
      name: "outer", operands: [vector([1, 2]), row([3, 4, 5])],
      expected: matrix([[3, 4, 5], [6, 8, 10]])),
    Case(
      name: "flatten", operands: [matrix([[1, 2], [3, 4]])], expected: vector([1, 2, 3, 4])),
    Case(
      name: "hcat", operands: [vector([1, 2]), matrix([[3, 4], [5, 6]])],
      expected: matrix([[1, 3, 4], [2, 5, 6]])),
    Case(name: "hcat", operands: [Tensor(1), row([2, 3])], expected: row([1, 2, 3])),
    Case(
      name: "hcat", operands: [vector([1, 2]), vector([3, 4])],
      expected: matrix([[1, 3], [2, 4]])),
    Case(
      name: "vcat", operands: [row([1, 2]), matrix([[3, 4], [5, 6]])],
      expected: matrix([[1, 2], [3, 4], [5, 6]])),
    Case(name: "vcat", operands: [vector([1]), Tensor(2)], expected: vector([1, 2])),
    Case(name: "vcat", operands: [row([1, 2])], expected: matrix([[1, 2]])),
    Case(
      name: "cumsum", operands: [matrix([[1, 2], [3, 4]])], expected: matrix([[1, 3], [6, 10]])),
    Case(
      name: "cumsum", operands: [matrix([[1, 2], [3, 4]])], attribute: .axis(0),
      expected: matrix([[1, 2], [4, 6]])),
    Case(
      name: "cumsum", operands: [matrix([[1, 2], [3, 4]])], attribute: .axis(1),
      expected: matrix([[1, 3], [3, 7]])),
    Case(
      name: "cumsumReversed", operands: [vector([1, 2, 3])], expected: vector([6, 5, 3])),
    Case(name: "argmax", operands: [vector([3, 5, 5])], expected: Tensor(2)),
    Case(name: "argmin", operands: [vector([3, 1, 1])], expected: Tensor(2)),
    Case(name: "argmax", operands: [vector([3, .nan, 5])], expected: Tensor(2)),
    Case(name: "argmax", operands: [matrix([[1, 2], [9, 4]])], expected: Tensor(3)),
    Case(
      name: "argmax", operands: [matrix([[1, 2], [9, 4]])], attribute: .axis(0),
      expected: row([2, 2])),
    Case(
      name: "argmin", operands: [matrix([[1, 2], [9, 4]])], attribute: .axis(1),
      expected: vector([1, 2])),
  ]

  @Test(arguments: exact)
  func valuesAreExact(_ item: Case) throws {
    let value = try Self.evaluate(item.name, item.operands, item.attribute)
    #expect(value == item.expected)
  }

  @Test func logdetDoesNotOverflow() throws {
    let size = 200
    var elements = Array(repeating: 0.0, count: size * size)
    for position in 0..<size { elements[position * size + position] = 1e10 }
    let value = try Self.evaluate("logdet", [Tensor(.matrix(size, size), elements)])
    #expect(abs(value.elements[0] - 200 * 23.025850929940457) < 1e-9)
  }

  @Test(arguments: [
    ("logdet", [[1, 2], [2, 4]]), ("logdet", [[0, 1], [1, 0]]), ("cholesky", [[1, 2], [2, 1]]),
    ("cholesky", [[0, 0], [0, 1]]),
  ])
  func nanOutsideTheDomain(name: String, rows: [[Double]]) throws {
    let value = try Self.evaluate(name, [Self.matrix(rows)])
    #expect(value.elements.allSatisfy { $0.isNaN })
  }

  // MARK: Singular matrices

  @Test(arguments: [
    ([[0, 0], [0, 1]], "the matrix is singular: pivot 1 is 0", "its first column is 0"),
    (
      [[1, 2], [2, 4]], "the matrix is singular: pivot 2 is 0",
      "column 2 is a combination of the first"
    ),
    (
      [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "the matrix is singular: pivot 3 is 0 up to rounding",
      "column 3 is a combination of the 2 before it"
    ),
  ])
  func aSingularMatrixNamesItsPivot(rows: [[Double]], message: String, hint: String) {
    for name in ["solve", "inv"] {
      let right = name == "solve" ? [Self.vector(rows.map { _ in 1 })] : []
      do {
        _ = try Self.evaluate(name, [Self.matrix(rows)] + right)
        Issue.record("\(name) of a singular matrix passed")
      } catch let error as Diagnostic {
        #expect(error.message == message)
        #expect(error.hint == hint)
      } catch {
        Issue.record("unexpected \(error)")
      }
    }
  }

  /// The rows of A, each followed by the entry of the solution of A x = 1.
  static let illScaled: [[[Double]]] = [
    [[1, 1, -1e20], [0, 1e-20, 1e20]], [[1e-200, 0, 1e200], [0, 1e200, 1e-200]],
    [[1, 1, 1], [1, 1 + 1e-12, 0]], [[.nan, 0, .nan], [0, 1, .nan]],
  ]

  /// Badly scaled is not singular, and a nan is a nan.
  @Test(arguments: illScaled)
  func illScaledSystemsAreSolved(rowsWithSolution rows: [[Double]]) throws {
    let right = Self.vector(rows.map { _ in 1 })
    let value = try Self.evaluate("solve", [Self.matrix(rows.map { Array($0.dropLast()) }), right])
    for (x, row) in zip(value.elements, rows) {
      #expect(row[2].isNaN ? x.isNaN : abs(x - row[2]) <= 1e-15 * abs(row[2]))
    }
  }

  // MARK: Shapes

  @Test(arguments: [
    ("solve", [Shape.matrix(2, 3), .vector(2)], "solve takes a square matrix, not a 2×3 matrix"),
    (
      "solve", [.matrix(2, 2), .vector(3)],
      "solve(A, b) with a 2×2 matrix takes a b of 2 rows, not a vector of 3"
    ),
    ("inv", [.vector(2)], "inv takes a square matrix, not a vector of 2"),
    ("det", [.scalar], "det takes a square matrix, not a scalar"),
    ("trace", [.matrix(1, 2)], "trace takes a square matrix, not a 1×2 matrix"),
    ("diag", [.scalar], "diag takes a vector or a matrix, not a scalar"),
    ("outer", [.vector(2), .matrix(2, 2)], "outer takes two vectors, not a 2×2 matrix"),
    (
      "hcat", [.vector(2), .row(2)],
      "hcat takes blocks of one height, not a vector of 2 and a row of 2"
    ),
    (
      "vcat", [.vector(2), .row(2)],
      "vcat takes blocks of one width, not a vector of 2 and a row of 2"
    ),
    ("argmax", [.vector(0)], "argmax of no entries"),
  ])
  func misfitsAreExplained(name: String, shapes: [Shape], message: String) {
    do {
      _ = try Primitive.required(name).shapeRule(shapes, .none)
      Issue.record("\(name) accepted \(shapes)")
    } catch {
      #expect(error.message == message)
    }
  }
}
