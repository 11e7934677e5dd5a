import Expr

extension Probe {
  /// Linear algebra, and what makes matrices of vectors and of each other: with all operands moving,
  /// and with each alone.
  static let matrices: [Probe] = (systems + determinants + blocks + diagonals + runningSums)
    .flatMap { probe -> [Probe] in
      let positions = Set(probe.operands.indices)
      guard positions.count > 1 else { return [probe] }
      return [probe]
        + positions.sorted().map {
          Probe(
            probe.primitive, probe.operands, probe.attribute, held: positions.subtracting([$0]))
        }
    }

  private static func make(
    _ name: String, _ operands: [Tensor], _ attribute: Attribute = .none
  ) -> Probe {
    Probe(Primitive.all.first { $0.name == name }!, operands, attribute)
  }

  private static func array(_ shape: Shape, seed: UInt64 = 1) -> Tensor {
    var numbers = SeededNumbers(seed: seed)
    return Tensor(shape, (0..<shape.count).map { _ in numbers.direction() })
  }

  /// Positive definite, not symmetric.
  private static func definite(_ size: Int) -> Tensor { square(size) { $0 } }

  /// Regular, but every pivot needs an interchange.
  private static func pivoting(_ size: Int) -> Tensor { square(size) { size - 1 - $0 } }

  /// A square matrix with 3 added in one column of each row.
  private static func square(_ size: Int, _ column: (Int) -> Int) -> Tensor {
    var result = array(.matrix(size, size))
    for row in 0..<size { result.elements[row * size + column(row)] += 3 }
    return result
  }

  /// The last rows are multiples of the first, or zeros if nothing else is left.
  static func ofRank(_ rank: Int, _ size: Int) -> Tensor {
    var result = array(.matrix(size, size))
    for row in rank..<max(rank, size) {
      for column in 0..<size {
        result.elements[row * size + column] =
          rank == 0 ? 0 : Double(row - rank + 2) * result.elements[column]
      }
    }
    return result
  }

  private static let systems: [Probe] =
    ["solve", "strongSolve"].flatMap { name in
      [
        make(name, [pivoting(3), array(.vector(3))]),
        make(name, [pivoting(2), array(.matrix(2, 3))]),
        make(name, [definite(1), array(.vector(1))]),
      ]
    } + [
      make("inv", [pivoting(3)]), make("inv", [definite(1)]), make("logdet", [definite(3)]),
      make("cholesky", [definite(3)]), make("cholesky", [definite(1)]),
      make("halfLower", [array(.matrix(3, 3))]),
      make("strongProduct", [array(.matrix(2, 3)), array(.matrix(3, 2), seed: 2)]),
      make("strongProduct", [array(.matrix(2, 3)), array(.vector(3), seed: 2)]),
      make("strongProduct", [array(.row(3)), array(.matrix(3, 2), seed: 2)]),
      make("strongProduct", [array(.vector(2)), array(.row(3), seed: 2)]),
      make("strongProduct", [array(.row(3)), array(.vector(3), seed: 2)]),
    ]

  /// Of every rank, with up to two directions as operands, as differentiating makes them.
  private static let determinants: [Probe] =
    (0...3).flatMap { rank -> [Probe] in
      let matrix = ofRank(rank, 3)
      let first = array(.matrix(3, 3), seed: 2), second = array(.matrix(3, 3), seed: 3)
      return [[matrix], [matrix, first], [matrix, first, second]].flatMap { operands in
        [make("det", operands), make("cofactors", operands)]
      }
    } + [make("det", [array(.matrix(1, 1))]), make("det", [ofRank(3, 5)])]

  private static let blocks: [Probe] = [
    make("outer", [array(.vector(2)), array(.vector(3), seed: 2)]),
    make("outer", [array(.row(2)), array(.row(3), seed: 2)]),
    make("flatten", [array(.matrix(2, 3))]), make("flatten", [array(.scalar)]),
    make("hcat", [array(.vector(2)), array(.matrix(2, 3)), array(.vector(2), seed: 2)]),
    make("hcat", [array(.row(2)), array(.scalar), array(.row(3))]),
    make("vcat", [array(.row(3)), array(.matrix(2, 3))]),
    make("vcat", [array(.vector(2)), array(.scalar), array(.vector(3))]),
  ]

  private static let diagonals: [Probe] =
    [make("trace", [array(.matrix(3, 3))])]
    + [Shape.vector(3), .row(3), .matrix(3, 3), .matrix(2, 3), .matrix(3, 2)].map {
      make("diag", [array($0)])
    }

  private static let runningSums: [Probe] =
    ["cumsum", "cumsumReversed", "argmax", "argmin"].flatMap { name in
      [
        make(name, [array(.vector(4))]), make(name, [array(.matrix(2, 3))]),
        make(name, [array(.matrix(2, 3))], .axis(0)), make(name, [array(.matrix(2, 3))], .axis(1)),
      ]
    }
}
