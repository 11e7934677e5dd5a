import Expr

/// Two sides of an identity as nodes of one graph.
struct Claim {
  let text: String
  private let graph: Graph
  private let left: NodeID
  private let right: NodeID
  /// What varies: names with the shapes of their tensors.
  private let variables: [(name: Name, node: NodeID, shape: Shape)]
  private let environment: Environment
  private let watched: [NodeID]

  init(_ arguments: CommandArguments, in session: Session) throws(Diagnostic) {
    let span = arguments.targetSpan
    let tree = try Parser.parseExpressions(in: arguments.source, range: arguments.target)
    guard tree.statements.count == 1,
      case .comparison(let symbols, let sides) = tree[tree.statements[0].node],
      symbols.count == 1, symbols[0] == .equal
    else {
      throw Diagnostic(
        "a claim is an equation a == b", at: span, hint: ":claim sin(x)^2 + cos(x)^2 == 1")
    }
    text = arguments.targetText
    var environment = session.environment
    for name in tree.freeNames(of: tree.statements[0].node)
    where environment[name] == nil && !Builtins.isBuiltin(name.key) {
      environment.setLeaf(name, to: .tensor(Tensor(1)))
    }
    self.environment = environment
    var elaborator = Elaborator(environment, foldsConstants: false)
    left = try elaborator.elaborate(sides[0], of: tree)
    right = try elaborator.elaborate(sides[1], of: tree)
    graph = elaborator.graph
    let (first, second) = (graph.shape(of: left), graph.shape(of: right))
    guard first == second || first.isScalar || second.isScalar else {
      throw Diagnostic("the sides have different shapes: \(first) and \(second)", at: span)
    }
    watched = Self.watched(graph, left, right)
    variables = elaborator.graph.leaves(under: [left, right]).filter { !$0.leaf.isData }.map {
      (name: $0.leaf.name, node: $0.node, shape: elaborator.graph.shape(of: $0.node))
    }
  }

  struct Verdict {
    enum Kind: String { case proved, refuted, unknown }
    var kind: Kind
    /// The arrays that a proof entry by entry holds for; empty where it holds for all shapes.
    var shapes: [(name: Name, shape: Shape)] = []
    var point: [(name: Name, value: Tensor)] = []
    var left: Tensor?
    var right: Tensor?
    /// The largest relative difference.
    var difference = 0.0
    /// Points where both sides are defined.
    var points = 0
  }

  // MARK: Judging

  /// Points tried: first those of simple numbers, then random ones.
  private static let simplePoints = 60
  private static let randomPoints = 100

  func verdict() throws(Diagnostic) -> Verdict {
    let program = try Program(graph, outputs: watched)
    program.setLeaves(from: environment)
    var generator = SystemlessGenerator(state: 7)
    var worst = 0.0, clearest = 0.0
    var points = 0
    for number in 0..<Self.simplePoints + Self.randomPoints {
      if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
      let point = point(number, &generator)
      guard let sides = evaluate(program, point) else { continue }
      points += 1
      worst = max(worst, sides.relative)
      clearest = max(clearest, sides.difference.magnitude / sides.scale)
      guard sides.isClear, confirms(program, point, sides) else { continue }
      return Verdict(
        kind: .refuted, point: zip(variables, point).map { ($0.name, $1) },
        left: sides.left, right: sides.right, difference: sides.relative, points: points)
    }
    var reader = ProofReader(graph)
    // Points that contradict, however little, outweigh a proof.
    var verdict = Verdict(kind: .unknown, difference: worst, points: points)
    guard points > 0, clearest < 1e-6 else { return verdict }
    if reader.proves(left, equals: right) {
      verdict.kind = .proved
    } else if hasArrays, graph.provesEntries(of: left, equal: right) {
      verdict.kind = .proved
      verdict.shapes = variables.filter { !$0.shape.isScalar }.map { ($0.name, $0.shape) }
    }
    return verdict
  }

  private var hasArrays: Bool {
    let needed = graph.ancestors(of: [left, right])
    return needed.indices.contains {
      needed[$0] && !graph.shape(of: NodeID(rawValue: Int32($0))).isScalar
    }
  }

  /// Both sides, and everything under them: the largest number met bounds the rounding.
  private static func watched(_ graph: Graph, _ left: NodeID, _ right: NodeID) -> [NodeID] {
    let needed = graph.ancestors(of: [left, right])
    let inner = needed.indices.filter { needed[$0] }.map { NodeID(rawValue: Int32($0)) }
      .filter { graph.loopBody(of: $0) == nil && graph.shape(of: $0).count <= 1000 }
    return [left, right] + inner
  }

  private struct Sides {
    let left: Tensor
    let right: Tensor
    /// The largest difference of two entries, with its sign.
    let difference: Double
    let relative: Double
    /// The largest number anywhere in the evaluation.
    let scale: Double

    /// The difference stands far above what rounding can do.
    var isClear: Bool {
      difference.magnitude > 1e-7 * scale && relative > 1e-7
    }
  }

  private func set(_ program: Program, _ point: [Tensor], scale: Double) {
    for (variable, value) in zip(variables, point) {
      guard let leaf = graph.leaf(of: variable.node) else { continue }
      program.set(leaf.id, to: Tensor(value.shape, value.elements.map { $0 * scale }))
    }
  }

  /// nil where a side is not defined or not finite.
  private func evaluate(_ program: Program, _ point: [Tensor], scale: Double = 1) -> Sides? {
    set(program, point, scale: scale)
    guard (try? program.run()) != nil else { return nil }
    let first = program.value(ofOutput: 0), second = program.value(ofOutput: 1)
    let count = max(first.elements.count, second.elements.count)
    var worst = 0.0, relative = 0.0
    for entry in 0..<count {
      let a = first.elements[first.shape.isScalar ? 0 : entry]
      let b = second.elements[second.shape.isScalar ? 0 : entry]
      guard a.isFinite, b.isFinite else { return nil }
      if abs(a - b) > abs(worst) { worst = a - b }
      if a != b { relative = max(relative, abs(a - b) / max(abs(a), abs(b))) }
    }
    var size = 1e-300
    for output in 0..<watched.count {
      for entry in program.buffer(ofOutput: output) {
        // What is not finite on the way hides how large the errors are.
        guard entry.isFinite else { return nil }
        size = max(size, abs(entry))
      }
    }
    return Sides(left: first, right: second, difference: worst, relative: relative, scale: size)
  }

  /// The difference hardly changes when the point does: it is no rounding error made large, and no
  /// jump.
  private func confirms(_ program: Program, _ point: [Tensor], _ sides: Sides) -> Bool {
    for shift in [1e-9, -1e-9, 3e-10, -7e-10] {
      guard let near = evaluate(program, point, scale: 1 + shift), near.isClear,
        abs(near.difference - sides.difference) <= 0.01 * abs(sides.difference)
      else { return false }
    }
    return true
  }

  /// The simplest points first: all entries alike, then a few simple numbers, then random ones.
  private func point(_ number: Int, _ generator: inout SystemlessGenerator) -> [Tensor] {
    let alike: [Double] = [1, 2, -1, 0.5, 3, -2, 10]
    let simple: [Double] = [1, 2, -1, 3, 0.5, -2, 4, 0.25, -3, 5]
    return variables.map { variable in
      Tensor(
        variable.shape,
        (0..<variable.shape.count).map { _ in
          if number < alike.count { return alike[number] }
          if number < Self.simplePoints { return simple.randomElement(using: &generator) ?? 1 }
          let size = Double.random(in: 0.1...4, using: &generator)
          return Bool.random(using: &generator) || number % 2 == 0 ? size : -size
        })
    }
  }
}
