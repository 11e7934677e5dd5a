import Expr

/// Reads `:plot f, g over x=a:b` and evaluates the functions on a grid.
struct FunctionPlot {
  private(set) var plot: Plot

  private static let samples = 601

  init(
    _ arguments: CommandArguments, _ clause: CommandArguments.Part, in session: Session
  ) throws(Diagnostic) {
    let pieces = try arguments.assignments(in: clause.range)
    guard pieces.count == 1 else {
      throw Diagnostic(
        "one name is moved: over x=0:1", at: clause.span,
        hint: "'at y=2' sets the others")
    }
    let (typed, range, span) = pieces[0]
    var environment = session.environment
    if let at = arguments.clause("at") {
      for (name, range, span) in try arguments.assignments(in: at.range) {
        let tree = try Parser.parseExpressions(in: arguments.source, range: range)
        guard tree.statements.count == 1 else {
          throw Diagnostic("one value for '\(name)' is expected", at: span)
        }
        let value = try session.evaluateValue(tree.statements[0].node, tree)
        environment.setLeaf(environment[name]?.name ?? name, to: value)
      }
    }
    let (lower, upper) = try Self.interval(arguments, range, span, session)
    let name = environment[typed]?.name ?? typed
    let xs = (0..<Self.samples).map { i in
      let part = Double(i) / Double(Self.samples - 1)
      return i == Self.samples - 1 ? upper : lower + (upper - lower) * part
    }
    var curves: [Plot.Curve] = []
    for target in try Self.targets(arguments, session) {
      curves.append(try Self.curve(target, name, xs, environment))
    }
    plot = Plot(title: curves.map(\.name).joined(separator: ", "), curves: curves)
    plot.x.label = name.spelling
    plot.y.ignoresPeaks = true
  }

  /// The ends of `a:b`, exactly as they are typed.
  private static func interval(
    _ arguments: CommandArguments, _ range: Range<Int>, _ span: SourceSpan, _ session: Session
  ) throws(Diagnostic) -> (Double, Double) {
    let tree = try Parser.parseExpressions(in: arguments.source, range: range)
    guard tree.statements.count == 1,
      case .range(let start, nil, let end) = tree[tree.statements[0].node]
    else { throw Diagnostic("an interval is needed here: x=-3:3", at: span) }
    guard let lower = try session.evaluate(start, tree).scalar,
      let upper = try session.evaluate(end, tree).scalar, lower.isFinite, upper.isFinite,
      lower < upper
    else {
      throw Diagnostic(
        "an interval goes from one finite number up to a greater one",
        at: tree.span(of: tree.statements[0].node))
    }
    return (lower, upper)
  }

  private typealias Target = (tree: SyntaxTree, node: SyntaxID)

  private static func targets(
    _ arguments: CommandArguments, _ session: Session
  ) throws(Diagnostic) -> [Target] {
    guard !arguments.target.isEmpty else {
      guard let last = session.lastTarget else {
        throw Diagnostic(
          "there is nothing to draw", at: arguments.span, hint: ":plot x^2 over x=0:1")
      }
      return [last]
    }
    let tree = try Parser.parseExpressions(in: arguments.source, range: arguments.target)
    return tree.statements.map { (tree, $0.node) }
  }

  private static func curve(
    _ target: Target, _ name: Name, _ xs: [Double], _ environment: Environment
  ) throws(Diagnostic) -> Plot.Curve {
    var environment = environment
    environment.setLeaf(name, to: .tensor(Tensor(xs[0])), isData: false)
    guard case .leaf(let id, _, _)? = environment[name]?.binding else {
      preconditionFailure("a name that was set is a leaf")
    }
    let text = target.tree.text(of: target.node), span = target.tree.span(of: target.node)
    let (graph, node, uses) = try elaborated(target, name, environment)
    guard graph.shape(of: node).isScalar else {
      throw Diagnostic(
        "'\(text)' is a \(graph.shape(of: node)): a curve needs one number for each \(name)",
        at: span)
    }
    guard !uses.contains(id) else {
      throw Diagnostic(
        "'\(text)' reads \(name) as a size or a bound, which cannot vary along a curve", at: span)
    }
    let program = try graph.compiled([node])
    program.setLeaves(from: environment)
    var ys: [Double] = []
    for x in xs {
      program.set(id, to: Tensor(x))
      do {
        try program.run()
        ys.append(program.buffer(ofOutput: 0)[0])
      } catch {
        if error.message == Diagnostic.interrupted.message { throw error }
        // Where a kernel fails (a singular matrix) there is a gap.
        ys.append(.nan)
      }
    }
    return Plot.Curve(name: text, x: xs, y: ys)
  }

  /// The target as a node over the leaf `name`: a function is called, and the prime of a definition is
  /// its derivative in that name.
  private static func elaborated(
    _ target: Target, _ name: Name, _ environment: Environment
  ) throws(Diagnostic) -> (Graph, NodeID, Set<Leaf.ID>) {
    let text = target.tree.text(of: target.node)
    var base = text[...], primes = 0
    while let last = base.last, last == "'" || last == "′" || last == "’" {
      base.removeLast()
      primes += 1
    }
    var elaborator = Elaborator(environment)
    if primes > 0, case .definition? = environment[Name(String(base))]?.binding {
      let slope = (0..<primes).reduce(String(base)) { inner, _ in "grad(\(inner), \(name))" }
      return try elaborated(slope, name, environment)
    }
    let value = try elaborator.elaborateValue(target.node, of: target.tree)
    switch value {
    case .function: return try elaborated("(\(text))(\(name))", name, environment)
    default:
      let node = try elaborator.elaborate(target.node, of: target.tree)
      return (elaborator.graph, node, elaborator.staticUses)
    }
  }

  private static func elaborated(
    _ text: String, _ name: Name, _ environment: Environment
  ) throws(Diagnostic) -> (Graph, NodeID, Set<Leaf.ID>) {
    let source = SourceText(text, name: "plot")
    let tree = try Parser.parseExpressions(in: source, range: 0..<text.utf8.count)
    var elaborator = Elaborator(environment)
    let node = try elaborator.elaborate(tree.statements[0].node, of: tree)
    return (elaborator.graph, node, elaborator.staticUses)
  }
}
