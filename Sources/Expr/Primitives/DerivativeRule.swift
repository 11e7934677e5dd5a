/// How a primitive differentiates. One rule serves forward and reverse mode, and since rules build
/// graph nodes it serves every order.
public enum DerivativeRule: Sendable {
  /// Piecewise constant: nothing flows through.
  case zero

  /// Entry by entry: ẏ = Σ ∂ᵢ·ẋᵢ and x̄ᵢ += ∂ᵢ·ȳ, with 0 where ȳ (or ẋᵢ) is 0.
  ///
  /// `alone` replaces a partial when its operand is the only one that carries a derivative: at a
  /// kink the least-norm subgradient depends on what may vary (`max(x, 0)` against `max(x, y)`).
  case elementwise([Formula], alone: [Formula]? = nil)

  /// A reduction of one operand: `gradient` is the derivative of the result in each entry of it, in
  /// the shape of the operand or broadcast to it.
  case reduction(gradient: Formula)

  /// The rest: both directions, side by side.
  case general(pushforward: Pushforward, pullback: Pullback)

  /// A loop or what reads it: the modes differentiate a loop and its projections as a whole.
  case loop

  /// The tangent of the node from those of its operands; nil stands for a tangent of zeros.
  public typealias Pushforward =
    @Sendable (_ graph: inout Graph, _ node: NodeID, _ tangents: [NodeID?]) -> NodeID?

  /// The adjoint contributions to each operand, in its shape, from the adjoint of the node. Only
  /// those of active operands are asked for.
  public typealias Pullback =
    @Sendable (_ graph: inout Graph, _ node: NodeID, _ adjoint: NodeID, _ isActive: [Bool]) ->
    [NodeID?]

  /// A linear operation of one operand: the pushforward is the operation itself.
  public static func linear(
    transpose:
      @escaping @Sendable (_ graph: inout Graph, _ node: NodeID, _ adjoint: NodeID) ->
      NodeID
  ) -> DerivativeRule {
    .general(
      pushforward: { graph, node, tangents in
        guard let tangent = tangents[0], let primitive = graph.primitive(of: node) else {
          return nil
        }
        return graph.apply(primitive, [tangent], graph.attribute(of: node))
      },
      pullback: { graph, node, adjoint, _ in [transpose(&graph, node, adjoint)] })
  }
}

extension Graph {
  /// `node` summed down to `shape`: the transpose of broadcasting, the node itself if it has it.
  public mutating func summed(_ node: NodeID, to shape: Shape) -> NodeID {
    self.shape(of: node) == shape ? node : apply(.sumTo, node, attribute: .shape(shape))
  }

  /// `node` repeated to `shape`, the node itself if it has it.
  public mutating func broadcast(_ node: NodeID, to shape: Shape) -> NodeID {
    self.shape(of: node) == shape ? node : apply(.broadcast, node, attribute: .shape(shape))
  }

  /// `node` summed down to the shape of another node.
  public mutating func summed(_ node: NodeID, like other: NodeID) -> NodeID {
    haveOneShape(node, other) ? node : summed(node, to: shape(of: other))
  }

  /// `node` repeated to the shape of another node.
  public mutating func broadcast(_ node: NodeID, like other: NodeID) -> NodeID {
    haveOneShape(node, other) ? node : broadcast(node, to: shape(of: other))
  }

  /// The product of linear algebra, which with a scalar is the product entry by entry.
  public mutating func linearProduct(_ a: NodeID, _ b: NodeID) -> NodeID {
    shape(of: a).isScalar || shape(of: b).isScalar
      ? apply(.multiply, a, b) : apply(.product, a, b)
  }

  /// Zeros (or any one number) in a shape.
  public mutating func filled(_ value: Double, _ shape: Shape) -> NodeID {
    broadcast(constant(value), to: shape)
  }
}
