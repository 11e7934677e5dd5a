import AD
import Expr

/// What `:fit y ~ model over …` is about: the residuals model - y as a node of a graph, the parameters
/// and where they start.
struct FitModel {
  /// The residuals, weighted, as a vector; their variables are the parameters' tensors.
  let target: Target
  /// The observed values; nil where they depend on the parameters.
  let observed: [Double]?
  /// √w for each residual.
  let weights: [Double]
  /// Columns of data that the model names, to tell an observation by.
  let columns: [(name: Name, values: [Double])]
  /// The parameters were chosen, not named.
  let choosesParameters: Bool

  init(_ arguments: CommandArguments, in session: Session) throws(Diagnostic) {
    let sides = try Self.sides(arguments)
    let left = try FitSide(sides.observed, arguments)
    let right = try FitSide(sides.model, arguments)
    do {
      try self.init(arguments, left, right, in: session)
    } catch {
      let observed = left.tree.freeNames(of: left.root)
      if let name = observed.first(where: { error.message == "unknown name '\($0)'" }) {
        throw error.hinting("data \(name) = [1, 2, 3] is what was observed")
      }
      let read = observed + right.tree.freeNames(of: right.root)
      let leaves = session.environment.leavesRead(by: right.tree.freeNames(of: right.root))
      let known = leaves.filter { !$0.isData && $0.value.tensor?.shape.isScalar == true }
      throw arguments.offeringStarts(
        error, read, known: known.map(\.name), in: session.environment)
    }
  }

  private init(
    _ arguments: CommandArguments, _ left: FitSide, _ right: FitSide, in session: Session
  ) throws(Diagnostic) {
    var environment = session.environment
    let named = try arguments.parameters(in: session, &environment)
    choosesParameters = named == nil
    var elaborator = Elaborator(environment)
    let observed = try elaborator.elaborate(left.root, of: left.tree)
    let shape = elaborator.graph.shape(of: observed)
    let leaves = environment.leavesRead(by: right.tree.freeNames(of: right.root))
    let names: [Name]
    if let named {
      names = named
    } else {
      names = try Self.chosen(leaves, shape, right, elaborator)
    }
    let model = try right.model(
      &elaborator, shape, parameters: Set(names.map(\.key)), left: left.text)
    var groups: [(name: Name, value: Elaborated)] = []
    for name in names {
      groups.append((name, try elaborator.elaborateValue(name, at: right.span)))
    }

    let statics = elaborator.staticUses
    var graph = elaborator.graph
    let difference = graph.apply(.subtract, model, observed)
    let count = graph.shape(of: difference).count
    weights = try Self.weights(arguments, in: session, count)
    let residuals = Self.weighted(difference, weights, in: &graph)
    target = Target(
      graph: graph, node: residuals, text: "\(left.text) ~ \(right.text)",
      variables: Target.variables(of: groups), groups: groups, environment: environment,
      names: [])
    try target.requireParameters(statics, at: right.span)
    self.observed = try target.constantEntries(of: observed, count)
    columns = leaves.compactMap { leaf in
      guard !names.contains(leaf.name), case .tensor(let tensor) = leaf.value,
        tensor.shape.isVector, tensor.shape.count == count
      else { return nil }
      return (leaf.name, tensor.elements)
    }
  }

  /// √w ⊛ r as a vector.
  private static func weighted(
    _ residuals: NodeID, _ roots: [Double], in graph: inout Graph
  ) -> NodeID {
    let vector = graph.shaped(residuals, to: .vector(roots.count))
    guard roots.contains(where: { $0 != 1 }) else { return vector }
    return graph.apply(
      .strongMultiply, graph.constant(Tensor(.vector(roots.count), roots)), vector)
  }

  /// How many residuals count: those of weight 0 do not.
  var observations: Int { weights.count { $0 > 0 } }

  /// The norm of the observations, weighted; 0 where they depend on the parameters.
  var scale: Double { counted.map { $0.root * $0.value }.norm }

  /// The observations that count, with √w of each; none where they depend on the parameters.
  var counted: [(root: Double, value: Double)] {
    zip(weights, observed ?? []).compactMap { $0 > 0 ? ($0, $1) : nil }
  }

  // MARK: Reading the line

  private static func sides(
    _ arguments: CommandArguments
  ) throws(Diagnostic) -> (observed: Range<Int>, model: Range<Int>) {
    let pieces = arguments.pieces(of: arguments.target, separator: UInt8(ascii: "~"))
    guard pieces.count == 2, !pieces[0].isEmpty, !pieces[1].isEmpty else {
      throw Diagnostic(
        "':fit' needs what was observed, '~', and a model", at: arguments.span,
        hint: arguments.mendedTarget ?? FitCommand.opening)
    }
    return (pieces[0], pieces[1])
  }

  /// Without `over`: the values that the model reads and that are neither data nor as long as them.
  private static func chosen(
    _ leaves: [(name: Name, value: Value, isData: Bool)], _ shape: Shape, _ side: FitSide,
    _ elaborator: Elaborator
  ) throws(Diagnostic) -> [Name] {
    let chosen = leaves.filter { leaf in
      guard !leaf.isData, leaf.value.isNumeric else { return false }
      let own = leaf.value.tensor?.shape
      return
        !(shape.isVector && own.map { $0.rank > 0 && $0.dimensions[0] == shape.count } ?? false)
    }
    guard !chosen.isEmpty else {
      var attempt = elaborator
      do {
        _ = try attempt.elaborate(side.root, of: side.tree)
      } catch {
        // A name that has no value yet is the parameter that is missing.
        if error.message.hasPrefix("unknown name '") { throw error }
      }
      throw Diagnostic(
        "there is no parameter to fit in '\(side.text)'", at: side.span,
        hint: "name them with their starting values: over b1=1, b2=0.1")
    }
    return chosen.map(\.name)
  }

  /// √w for each of the residuals, from `weights=`.
  private static func weights(
    _ arguments: CommandArguments, in session: Session, _ count: Int
  ) throws(Diagnostic) -> [Double] {
    guard let option = arguments.options.last(where: { $0.word == "weights" }) else {
      return Array(repeating: 1, count: count)
    }
    guard let tensor = try arguments.value(in: option.range, session).tensor,
      tensor.shape.isScalar || tensor.elements.count == count
    else {
      throw Diagnostic(
        "'weights=' takes a number for each of the \(count) observations", at: option.span)
    }
    if let place = tensor.elements.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      let value = NumberFormat().string(tensor.elements[place])
      throw Diagnostic(
        "weight \(place + 1) is \(value)", at: option.span,
        hint: "weights are numbers of at least 0, one over the variance of the observation")
    }
    guard tensor.elements.contains(where: { $0 > 0 }) else {
      throw Diagnostic("all weights are 0: nothing is left to fit", at: option.span)
    }
    return (0..<count).map { tensor.elements[tensor.shape.isScalar ? 0 : $0].squareRoot() }
  }
}

extension Target {
  /// The values of a node, one number standing for all; nil where it depends on the variables.
  fileprivate func constantEntries(
    of node: NodeID, _ count: Int
  ) throws(Diagnostic) -> [Double]? {
    let reached = graph.ancestors(of: [node])
    guard !variables.contains(where: { reached[$0.node.index] }) else { return nil }
    let value = try graph.values(of: [node], in: environment)[0]
    return value.scalar.map { Array(repeating: $0, count: count) } ?? value.elements
  }

  /// Every parameter must be met by the residuals, and as what varies.
  fileprivate func requireParameters(
    _ statics: Set<Leaf.ID>, at span: SourceSpan
  ) throws(Diagnostic) {
    let reached = graph.ancestors(of: [node])
    for variable in variables {
      if let leaf = graph.leaf(of: variable.node), statics.contains(leaf.id) {
        throw Diagnostic(
          "'\(variable.name)' decides a size or a branch of the model: it cannot be fitted",
          at: span)
      }
    }
    for group in groups where !group.value.nodes.contains(where: { reached[$0.index] }) {
      throw Diagnostic(
        "the parameter '\(group.name)' does not occur in the model", at: span,
        hint: "leave it out of 'over'")
    }
  }
}

extension Environment {
  /// The leaves that some names rest on, through definitions and functions, in order of definition.
  func leavesRead(
    by names: [Name]
  ) -> [(name: Name, value: Value, isData: Bool)] {
    let seen = namesRead(by: names)
    return all.compactMap { entry in
      guard seen.contains(entry.name.key), case .leaf(_, let value, let isData) = entry.binding
      else { return nil }
      return (entry.name, value, isData)
    }
  }

  /// The keys of some names and of all they rest on.
  func namesRead(by names: [Name]) -> Set<String> {
    var seen: Set<String> = []
    var pending = names
    while let name = pending.popLast() {
      guard seen.insert(name.key).inserted else { continue }
      switch self[name]?.binding {
      case .definition(let definition): pending += definition.freeNames
      case .function(let function): pending += function.freeNames
      case .leaf, nil: break
      }
    }
    return seen
  }
}
