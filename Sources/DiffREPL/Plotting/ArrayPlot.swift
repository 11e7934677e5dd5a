import Expr

/// Reads `:plot y, model against x`, `:plot losses` and `:plot path`.
struct ArrayPlot {
  private(set) var plot: Plot

  init(_ arguments: CommandArguments, in session: Session) throws(Diagnostic) {
    if arguments.targetText == RunArrays.path.spelling || arguments.targetText == "losses",
      session.environment[Name(arguments.targetText)] == nil
    {
      throw Diagnostic(
        "there is no run yet to draw", at: arguments.targetSpan, hint: ":minimize makes one")
    }
    if arguments.targetText == RunArrays.path.spelling, let run = session.storedRun(.path),
      arguments.clause("against") == nil
    {
      plot = Self.path(run)
      return
    }
    guard !arguments.target.isEmpty else {
      throw Diagnostic(
        "there is nothing to draw", at: arguments.span,
        hint: ":plot x^2 over x=-1:1, :plot y against x, :plot losses")
    }
    let tree = try Parser.parseExpressions(in: arguments.source, range: arguments.target)
    let base = try arguments.clause("against").map { clause throws(Diagnostic) in
      try Self.column(arguments, clause, session)
    }
    var curves: [Plot.Curve] = []
    for statement in tree.statements {
      curves.append(try Self.curve(statement.node, tree, base?.values, session))
    }
    plot = Plot(title: curves.map(\.name).joined(separator: ", "), curves: curves)
    plot.x.label = base?.name ?? ""
    if base == nil, arguments.targetText == RunArrays.losses.spelling,
      let run = session.storedRun(.losses)
    {
      plot = Self.losses(run, plot.curves[0].y)
    }
  }

  private static func column(
    _ arguments: CommandArguments, _ clause: CommandArguments.Part, _ session: Session
  ) throws(Diagnostic) -> (name: String, values: [Double]) {
    let tree = try Parser.parseExpressions(in: arguments.source, range: clause.range)
    guard tree.statements.count == 1 else {
      throw Diagnostic("one array stands behind 'against'", at: clause.span)
    }
    let value = try session.evaluate(tree.statements[0].node, tree)
    return (tree.text(of: tree.statements[0].node), value.elements)
  }

  private static func curve(
    _ node: SyntaxID, _ tree: SyntaxTree, _ base: [Double]?, _ session: Session
  ) throws(Diagnostic) -> Plot.Curve {
    let name = tree.text(of: node), span = tree.span(of: node)
    let value = try session.evaluateValue(node, tree)
    guard let tensor = value.tensor else {
      throw Diagnostic(
        "'\(name)' is a \(value): an array is needed here", at: span,
        hint: ":plot \(name) over x=-1:1 draws a function")
    }
    guard !tensor.shape.isScalar else {
      throw Diagnostic(
        "'\(name)' is one number: there is no curve to draw", at: span,
        hint: ":plot \(name) over x=0:1 moves x, if \(name) depends on it")
    }
    let xs = base ?? tensor.elements.indices.map { Double($0 + 1) }
    guard xs.count == tensor.elements.count else {
      throw Diagnostic(
        "'\(name)' has \(tensor.elements.count) entries, what it is drawn against \(xs.count)",
        at: span)
    }
    var isData = false
    if base != nil, case .name(let typed) = tree[node] {
      switch session.environment[typed]?.binding {
      case .leaf(_, _, let marked): isData = marked
      case .definition(let definition): isData = definition.isData
      case .function, nil: break
      }
    }
    if isData { return Plot.Curve(name: name, x: xs, y: tensor.elements, style: .points) }
    let order = base == nil ? Array(xs.indices) : xs.indices.sorted { xs[$0] < xs[$1] }
    return Plot.Curve(name: name, x: order.map { xs[$0] }, y: order.map { tensor.elements[$0] })
  }

  // MARK: Runs

  /// E against k, on a logarithmic axis where that can be.
  private static func losses(_ run: RunArrays, _ values: [Double]) -> Plot {
    let ks = values.indices.map {
      $0 < run.iterations.count ? Double(run.iterations[$0]) : Double($0)
    }
    let isWhole = values.count == run.iterations.count
    var plot = Plot(
      title: "\(run.target) against k",
      curves: [
        .init(name: run.target, x: isWhole ? ks : values.indices.map { Double($0) }, y: values)
      ])
    plot.x.label = "k"
    let finite = values.filter(\.isFinite)
    let (least, greatest) = (finite.min() ?? 0, finite.max() ?? 0)
    plot.y.isLogarithmic = least > 0 && greatest > 20 * least
    return plot
  }

  /// Two parameters as a way in the plane, others each against k.
  private static func path(_ run: RunArrays) -> Plot {
    let rows = run.iterations.count, names = run.entryNames
    let entries = run.values[1].value.elements
    func column(_ j: Int) -> [Double] { (0..<rows).map { entries[$0 * run.dimension + j] } }
    guard run.dimension == 2 else {
      let ks = run.iterations.map { Double($0) }
      let isWhole = names.count == run.dimension
      let rest = isWhole ? "" : " (the first \(names.count) of \(run.dimension))"
      var plot = Plot(
        title: "\(names.joined(separator: ", ")) against k\(rest)",
        curves: names.indices.map { Plot.Curve(name: names[$0], x: ks, y: column($0)) })
      plot.x.label = "k"
      return plot
    }
    let (x, y) = (column(0), column(1))
    var plot = Plot(
      title: "path: \(names[1]) against \(names[0])",
      curves: [
        .init(name: "path", x: x, y: y),
        .init(name: "start", x: [x[0]], y: [y[0]], style: .points),
        .init(name: "end", x: [x[rows - 1]], y: [y[rows - 1]], style: .points),
      ])
    plot.x.label = names[0]
    return plot
  }
}

extension Session {
  fileprivate enum Stored { case path, losses }

  /// The last run, if its array is what the name stands for now.
  fileprivate func storedRun(_ kind: Stored) -> RunArrays? {
    let name = kind == .path ? RunArrays.path : RunArrays.losses
    guard let run = lastRun, case .leaf(_, .tensor(let tensor), _)? = environment[name]?.binding,
      run.values.contains(where: { $0.name == name && $0.value == tensor })
    else { return nil }
    return run
  }
}
