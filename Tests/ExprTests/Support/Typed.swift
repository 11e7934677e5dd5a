@testable import Expr

/// What a user types, elaborated and evaluated with the names of an environment.
struct Typed {
  private(set) var elaborator: Elaborator
  let root: NodeID
  private let environment: Environment

  /// - Parameter text: statements between `;`; all but the last are definitions `name = expression`,
  ///   closed ones become values as in a session, and the last is the expression itself.
  init(_ text: String) throws {
    let source = SourceText(text)
    guard case .complete(let tree) = try Parser.parse(source), let last = tree.statements.last
    else { throw Diagnostic("not complete: \(text)") }
    var environment = Environment()
    for statement in tree.statements.dropLast() {
      guard case .definition(let targets, let value, let isData) = tree[statement.node],
        case .name(let name) = tree[targets[0]]
      else { throw Diagnostic("not a definition", at: tree.span(of: statement.node)) }
      let definition = Definition(
        tree: tree, value: value, isData: isData, random: environment.random)
      if definition.freeNames.allSatisfy({ Builtins.isBuiltin($0.key) }) {
        var elaborator = Elaborator(environment)
        let node = try elaborator.elaborate(value, of: tree)
        let number = try elaborator.graph.values(of: [node], in: environment)[0]
        environment.setLeaf(name, to: .tensor(number), isData: isData)
      } else {
        environment.setDefinition(name, to: definition)
      }
    }
    var elaborator = Elaborator(environment)
    root = try elaborator.elaborate(last.node, of: tree)
    self.elaborator = elaborator
    self.environment = environment
  }

  var graph: Graph { elaborator.graph }

  func value() throws -> Tensor {
    try graph.values(of: [root], in: environment)[0]
  }

  /// Nodes that the expression needs, constants apart.
  var nodeCount: Int {
    let reached = graph.ancestors(of: [root])
    return reached.indices.count {
      reached[$0] && graph.constant(of: NodeID(rawValue: Int32($0))) == nil
    }
  }
}

/// The mistake in what a user types, as it is printed; empty if there is none.
func mistake(in text: String) -> String {
  do {
    _ = try Typed(text)
    return ""
  } catch let diagnostic as Diagnostic {
    return DiagnosticText.render(diagnostic)
  } catch {
    return "\(error)"
  }
}
