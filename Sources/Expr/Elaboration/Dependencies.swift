/// What a piece of text rested on when it was elaborated. The same text gives the same graph as long
/// as the names under it mean the same; the values of leaves may change, but for those that were
/// read while elaborating.
public struct Dependencies: Sendable {
  /// What a name stood for.
  private enum Meaning: Sendable {
    /// A name of the language, or none.
    case unbound
    case leaf(Leaf.ID, Value.Outline, isData: Bool)
    /// Definitions that drew random numbers are the same only with the same generator.
    case definition(Definition, draws: Bool)
    case function(FunctionDefinition)
  }

  private let meanings: [(name: Name, meaning: Meaning)]
  /// The leaves whose value decided something, with that value.
  private let staticValues: [Leaf.ID: Tensor]

  /// - Parameters:
  ///   - names: all that were looked up, directly or in definitions and functions.
  ///   - staticUses: leaves whose value was read.
  ///   - drawing: the definitions, by the keys of their names, that drew random numbers.
  init(
    _ names: some Sequence<Name>, staticUses: Set<Leaf.ID>, drawing: Set<String>,
    in environment: Environment
  ) {
    var staticValues: [Leaf.ID: Tensor] = [:]
    meanings = names.map { name in
      switch environment[name]?.binding {
      case .leaf(let id, let value, let isData):
        for (part, tensor) in value.tensors.enumerated() {
          let partID = Leaf.ID(order: id.order, part: part)
          if staticUses.contains(partID) { staticValues[partID] = tensor }
        }
        return (name, .leaf(id, value.outline, isData: isData))
      case .definition(let definition):
        return (name, .definition(definition, draws: drawing.contains(name.key)))
      case .function(let function): return (name, .function(function))
      case nil: return (name, .unbound)
      }
    }
    self.staticValues = staticValues
  }

  /// Whether elaborating in an environment would give the same graph.
  public func hold(in environment: Environment) -> Bool {
    meanings.allSatisfy { name, meaning in
      switch (meaning, environment[name]?.binding) {
      case (.unbound, nil): true
      case (.leaf(let id, let outline, let wasData), .leaf(let now, let value, let isData)):
        id == now && wasData == isData && outline == value.outline && hold(id, value)
      case (.definition(let then, let draws), .definition(let now)):
        then.isSame(as: now) && (!draws || then.random == now.random)
      case (.function(let then), .function(let now)):
        then.tree.source === now.tree.source && then.body == now.body
      default: false
      }
    }
  }

  private func hold(_ id: Leaf.ID, _ value: Value) -> Bool {
    staticValues.isEmpty
      || value.tensors.enumerated().allSatisfy { part, tensor in
        staticValues[Leaf.ID(order: id.order, part: part)].map { $0.isIdentical(to: tensor) }
          ?? true
      }
  }

  /// Calls `body` with each tensor of the leaves among the names.
  func forEachLeaf(in environment: Environment, _ body: (Leaf.ID, Tensor) -> Void) {
    for (name, _) in meanings {
      guard case .leaf(let id, let value, _) = environment[name]?.binding else { continue }
      for (part, tensor) in value.tensors.enumerated() {
        body(Leaf.ID(order: id.order, part: part), tensor)
      }
    }
  }
}

extension Definition {
  /// Whether two are one statement's, data or not alike.
  fileprivate func isSame(as other: Definition) -> Bool {
    tree.source === other.tree.source && value == other.value && part == other.part
      && isData == other.isData
  }
}

extension Tensor {
  /// Whether two are equal bit for bit.
  fileprivate func isIdentical(to other: Tensor) -> Bool {
    shape == other.shape && Graph.sameBits(self, other)
  }
}
