/// An expression elaborated and compiled, to be run as often as the leaves under it change.
///
/// One thread at a time may use it.
public final class Computation {
  public let value: Elaborated
  /// Where random numbers come from after the expression has drawn its own; nil if it drew none.
  public let randomAfter: RandomGenerator?
  /// What it rests on; nil where elaborating again may give something else.
  public let dependencies: Dependencies?
  /// nil where all that is asked for is constant: nothing is left to compute.
  private let program: Program?
  private let constants: [Tensor]
  /// The arrays given to the program, so that those that are the same still are not copied again.
  private var given: [Leaf.ID: [Double]] = [:]

  /// Arrays up to this size are copied rather than compared.
  private static let alwaysCopied = 64

  /// - Throws: a diagnostic when the values would not fit into the memory.
  public convenience init(_ elaborator: Elaborator, _ value: Elaborated) throws(Diagnostic) {
    let environment = elaborator.environment, random = elaborator.random
    try self.init(
      elaborator.graph, value, dependencies: elaborator.dependencies, in: environment,
      randomAfter: random == environment.random ? nil : random)
  }

  /// - Parameters:
  ///   - value: made of nodes of the graph.
  ///   - dependencies: what elaborating the graph rested on.
  public init(
    _ graph: Graph, _ value: Elaborated, dependencies: Dependencies?, in environment: Environment,
    randomAfter: RandomGenerator? = nil
  ) throws(Diagnostic) {
    self.value = value
    self.randomAfter = randomAfter
    self.dependencies = dependencies
    let constants = value.nodes.compactMap { graph.constant(of: $0) }
    if constants.count == value.nodes.count {
      (self.constants, program) = (constants, nil)
    } else {
      (self.constants, program) = ([], try graph.compiled(value.nodes))
    }
    if dependencies == nil { program?.setLeaves(from: environment) }
  }

  /// The memory it owns, in bytes.
  public var bytes: Int { program?.bytes ?? 0 }

  /// The value with the leaves as they are in an environment, and what kernels tell of how it was
  /// found.
  ///
  /// - Precondition: `dependencies` hold there.
  public func evaluation(
    in environment: Environment
  ) throws(Diagnostic) -> (value: Value, notes: [String]) {
    guard let program else {
      var tensors = constants[...]
      return (value.value(from: &tensors), [])
    }
    dependencies?.forEachLeaf(in: environment) { leaf, tensor in give(tensor, to: leaf, program) }
    let told = program.notes.count
    try program.run()
    var tensors = value.nodes.indices.map { program.value(ofOutput: $0) }[...]
    return (value.value(from: &tensors), Array(program.notes.dropFirst(told)))
  }

  private func give(_ tensor: Tensor, to leaf: Leaf.ID, _ program: Program) {
    if tensor.elements.count > Self.alwaysCopied {
      if let old = given[leaf], old.hasStorage(of: tensor.elements) { return }
      given[leaf] = tensor.elements
    }
    program.set(leaf, to: tensor)
  }
}

extension [Double] {
  /// Whether two arrays are one: what holds on to an array keeps others from changing it in place.
  fileprivate func hasStorage(of other: [Double]) -> Bool {
    count == other.count
      && withUnsafeBufferPointer { a in
        other.withUnsafeBufferPointer { b in a.baseAddress == b.baseAddress }
      }
  }
}
