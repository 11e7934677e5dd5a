extension DerivativeRule {
  /// The rule of a polynomial f that takes directions as further operands: f(x; v₁ … v_m) stands for
  /// Dᵐf(x)[v₁, …, v_m]. With `gradient(x; v₁ … v_m)`, the derivative of that in x, it is closed under
  /// differentiation: every order is exact where f has no inverse to divide by, at zeros of a
  /// product and at singular matrices.
  static func directional(
    _ function: Primitive.Symbol, gradient: Primitive.Symbol
  ) -> DerivativeRule {
    .general(
      pushforward: directionalPushforward(function),
      pullback: { graph, node, adjoint, isActive in
        let operands = Array(graph.operands(of: node))
        let attribute = graph.attribute(of: node)
        return operands.indices.map { position in
          guard isActive[position] else { return nil }
          // The map is linear in each direction: its gradient there is that of the others in x.
          var others = operands
          if position > 0 { others.remove(at: position) }
          let slope = graph.apply(Primitive[gradient], others, attribute)
          let product = graph.apply(.strongMultiply, adjoint, slope)
          return graph.broadcast(product, to: graph.shape(of: operands[position]))
        }
      })
  }

  /// The rule of `gradient(x; v₁ … v_m)` above. ⟨λ, gradient(x; v₁ … v_m)⟩ is f(x; v₁ … v_m, λ), so
  /// the adjoint is one more direction.
  static func directionalGradient(_ gradient: Primitive.Symbol) -> DerivativeRule {
    .general(
      pushforward: directionalPushforward(gradient),
      pullback: { graph, node, adjoint, isActive in
        let operands = Array(graph.operands(of: node))
        let attribute = graph.attribute(of: node)
        return operands.indices.map { position in
          guard isActive[position] else { return nil }
          var directions = operands
          if position > 0 { directions.remove(at: position) }
          directions.append(adjoint)
          return graph.apply(Primitive[gradient], directions, attribute)
        }
      })
  }

  /// A tangent of x is one more direction; the tangent of a direction takes its place.
  private static func directionalPushforward(_ function: Primitive.Symbol) -> Pushforward {
    { graph, node, tangents in
      let operands = Array(graph.operands(of: node))
      let attribute = graph.attribute(of: node)
      var total: NodeID?
      for (position, tangent) in tangents.enumerated() {
        guard let tangent else { continue }
        var directions = operands
        if position == 0 { directions.append(tangent) } else { directions[position] = tangent }
        total = graph.sum(total, graph.apply(Primitive[function], directions, attribute))
      }
      return total
    }
  }
}
