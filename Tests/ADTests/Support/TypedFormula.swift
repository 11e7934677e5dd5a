import AD
import Expr

/// A formula as a user types it, with its variables at a point.
struct TypedFormula {
  private(set) var graph: Graph
  let output: NodeID
  let variables: [NodeID]
  private let environment: Environment

  /// - Throws: the diagnostic of the parser or the elaborator.
  init(_ text: String, at point: [(name: String, value: Double)]) throws {
    var environment = Environment(derivatives: GraphDerivatives())
    for (name, value) in point { environment.setLeaf(Name(name), to: .tensor(Tensor(value))) }
    let source = SourceText(text)
    let tree = try Parser.parseExpressions(in: source, range: 0..<source.utf8.count)
    var elaborator = Elaborator(environment)
    output = try elaborator.elaborate(tree.statements[0].node, of: tree)
    var variables: [NodeID] = []
    for (name, _) in point { variables.append(try elaborator.elaborate(Name(name), at: nil)) }
    self.variables = variables
    self.environment = environment
    graph = elaborator.graph
  }

  mutating func gradient(of node: NodeID) -> [NodeID] {
    AD.gradient(of: node, variables: variables, in: &graph)
  }

  /// The gradient of a node with respect to any others, definitions say.
  mutating func gradient(of node: NodeID, at variables: [NodeID]) -> [NodeID] {
    AD.gradient(of: node, variables: variables, in: &graph)
  }

  /// The tangent of a scalar node along one variable, in its stable form.
  mutating func tangent(of node: NodeID, along variable: NodeID) -> NodeID {
    let one = graph.constant(1)
    return jacobianVectorProduct(of: node, along: [variable: one], in: &graph)
  }

  /// The second derivative of a scalar output in its only variable, as a number.
  mutating func secondDerivative() throws -> Double {
    let one = graph.constant(1)
    let slopes = hessianVectorProduct(
      of: output, variables: variables, along: [variables[0]: one], in: &graph)
    return try numbers(slopes)[0]
  }

  /// A function of a node.
  mutating func node(_ function: String, of operand: NodeID) -> NodeID? {
    Primitive.function(named: function).map { graph.apply($0, [operand]) }
  }

  /// The gradient of the output, as numbers.
  mutating func gradient() throws -> [Double] {
    let nodes = gradient(of: output)
    return try numbers(nodes)
  }

  /// The tangents of some nodes along one variable.
  mutating func pushedForward(_ nodes: [NodeID], along variable: NodeID) -> [NodeID] {
    let one = graph.constant(1)
    let forward = ForwardMode(&graph, seeds: [variable: one], outputs: nodes)
    return nodes.map { forward.tangents[$0] ?? graph.constant(0) }
  }

  /// The derivative with respect to the variables at some positions, one after the other.
  mutating func derivative(_ positions: [Int]) -> NodeID {
    positions.reduce(output) { node, position in gradient(of: node)[position] }
  }

  /// The values of scalar nodes at the point.
  func numbers(_ nodes: [NodeID]) throws -> [Double] {
    try graph.values(of: nodes, in: environment).map { $0.scalar ?? .nan }
  }

  /// The value of the output as it is typed: in double-double arithmetic, nil where that has no form
  /// for it, and in plain arithmetic.
  func typedValue() throws -> (exact: DoubleDouble?, plain: Double) {
    let exact = CertifiedEvaluation(graph, outputs: [output], in: environment, asTyped: true)
    let plain = try graph.values(asTyped: [output], in: environment)[0].scalar ?? .nan
    return (exact.values[0]?.first, plain)
  }

  /// The gradient of the output as it is typed, without any rewrite.
  mutating func typedGradient() throws -> [Double] {
    let reverse = ReverseMode(&graph, output: output, variables: variables)
    var nodes: [NodeID] = []
    for variable in variables { nodes.append(reverse.adjoint(of: variable, in: &graph)) }
    return try graph.values(asTyped: nodes, in: environment).map { $0.scalar ?? .nan }
  }

  /// The names of the rewrites that the output meets.
  func rewrites() -> [String] {
    var graph = graph
    return graph.stabilising([output]).applied.values.flatMap { $0.map(\.name) }
  }

  /// The stable form of the output with one node as a variable.
  mutating func stabilised(cutAt node: NodeID) -> NodeID {
    graph.stabilised([output], cuts: [node])[0]
  }
}
