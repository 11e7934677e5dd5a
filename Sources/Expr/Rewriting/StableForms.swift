/// What became of nodes in the passes of the rewriter: a value is brought into its stable form before it
/// is differentiated, and is met again where it is compiled with its derivatives.
///
/// A stable form is taken for its own. Nothing is kept where a loop or an equation is met: what is
/// read of it decides what becomes of it. Nor is what is found around a cut, which is no form of the
/// nodes without it.
struct StableForms: Sendable {
  /// After the first pass, by node; beyond the end none is known.
  private var early: [NodeID?] = []
  /// After the last rules, of what the first pass yields.
  private var late: [NodeID?] = []
  /// Whether there is a root, a size or a norm under them, which the last rules are about.
  private(set) var meetsLength = false

  /// The nodes known to a pass.
  func nodes(isFinal: Bool) -> [NodeID] {
    let forms = isFinal ? late : early
    return forms.indices.compactMap { forms[$0] == nil ? nil : NodeID($0) }
  }

  func form(of node: NodeID, isFinal: Bool) -> NodeID? {
    let forms = isFinal ? late : early
    return node.index < forms.count ? forms[node.index] : nil
  }

  /// Enters what became of a node.
  ///
  /// - Parameter last: after the last rules; nil if they did not run, or left it out.
  mutating func enter(_ node: NodeID, first: NodeID, last: NodeID?, meetsLength: Bool) {
    Self.set(&early, node, first)
    let stable = last ?? first
    if last != nil || !meetsLength, form(of: stable, isFinal: false) == nil {
      Self.set(&early, stable, stable)
    }
    if let last {
      Self.set(&late, first, last)
      if form(of: last, isFinal: true) == nil { Self.set(&late, last, last) }
    }
    self.meetsLength = meetsLength
  }

  private static func set(_ forms: inout [NodeID?], _ node: NodeID, _ form: NodeID) {
    while forms.count <= node.index { forms.append(nil) }
    forms[node.index] = form
  }
}
