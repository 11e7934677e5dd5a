import RealModule

extension Rewrite {
  /// Quotients and logarithms of 1 + x², whose square overflows where they are ordinary numbers.
  static let squares: [Rewrite] = [
    Rewrite(
      "x^k/(1 + x^2)^n", "powers of x/(1 + x^2) and x/hypot(x, 1)",
      when: "k > 0 or n > 1; c + a x^2 with c, a > 0 likewise", mends: "overflow of x^2",
      samples: [
        ("x/(1 + x^2)", [1e200, -1e160, 3]), ("x^2/(1 + x^2)", [1e200, 0.3]),
        ("x^3/(4 + x^2)", [1e200, 3]), ("x/(2 + 3*x^2)^2", [1e70, 0.3]),
      ],
      .factors { rewriter, factors in rewriter.quotientBySquare(&factors) }),
    Rewrite(
      "log(1 + x^2)", "log1pSquare(x)", when: "c + a x^2 with c, a > 0 likewise",
      mends: "overflow of x^2",
      samples: [
        ("log(1 + x^2)", [1e200, 1e-9, 3]), ("log1p(3*x^2)", [1e200, 0.3]),
        ("log(2 + x^4)", [1e90, 0.3]),
      ],
      .node([.log, .log1p]) { rewriter, node in rewriter.logOfSquare(node) }),
    Rewrite(
      "log(1 + x^2) - 2*log(x)", "log(1 + 1/x^2)", mends: "cancelling for large x",
      samples: [
        ("log(x^2 + 1) - log(x^2)", [1e8, 1e150, 3]), ("log(1 + x^2) - 2*log(abs(x))", [1e4, -3]),
      ],
      .whole { rewriter, _, form in
        for (place, term) in form.terms.enumerated() {
          guard let x = rewriter.argument(term.node, of: .log1pSquare) else { continue }
          for (other, partner) in form.terms.enumerated()
          where partner.coefficient == -2 * term.coefficient {
            guard let size = rewriter.argument(partner.node, of: .log),
              size == x || rewriter.argument(size, of: .abs) == x
            else { continue }
            var rest = form
            rest.terms.remove(at: max(place, other))
            rest.terms.remove(at: min(place, other))
            let one = rewriter.number(1)
            let inverse = rewriter.graph(.divide, one, x)
            let value = rewriter.graph(.log1pSquare, inverse)
            let inside = size == x ? rewriter.guarded(value, by: x, strictly: true) : value
            rest.terms.insert((term.coefficient, inside), at: 0)
            return rewriter.node(of: rest)
          }
        }
        return nil
      }),
  ]
}

extension Rewriter {
  /// c, √(a/c) and x of c + a x² with numbers c, a > 0.
  private func shiftedSquare(
    _ form: LinearForm
  ) -> (constant: Double, scale: Double, base: NodeID, exponent: Double)? {
    guard form.constant > 0, form.terms.count == 1, form.terms[0].coefficient > 0,
      let (base, exponent) = power(form.terms[0].node), exponent > 0,
      exponent.truncatingRemainder(dividingBy: 2) == 0
    else { return nil }
    let scale = (form.terms[0].coefficient / form.constant).squareRoot()
    guard scale > 1e-100, scale < 1e100 else { return nil }
    return (form.constant, scale, base, exponent / 2)
  }

  mutating func quotientBySquare(_ factors: inout Factors) -> Bool {
    for (sum, exponent) in factors.powers where exponent < 0 && exponent == exponent.rounded() {
      guard let (constant, scale, x, half) = shiftedSquare(linearForm(of: sum)), half == 1,
        exponent >= -8
      else { continue }
      let above = max(0, factors.exponent(of: x)), below = -exponent
      guard above == above.rounded(), above > 0 || below > 1 else { continue }
      // Each 1/(1 + s²) takes two powers of s = x·scale, then one, then none.
      let pairs = min((above / 2).rounded(.down), below)
      let single = above - 2 * pairs >= 1 && below > pairs ? 1.0 : 0
      let s = scaled(x, by: scale), one = number(1)
      factors.multiply(sum, below)
      factors.multiply(x, -(2 * pairs + single))
      factors.merged.removeAll { $0 == sum || $0 == x }
      factors.coefficient /=
        Primitive.wholePower(constant, below) * Primitive.wholePower(scale, 2 * pairs + single)
      if pairs > 0 {
        let direction = make(.direction, s, one)
        factors.multiply(direction, 2 * pairs)
      }
      if single > 0 {
        let lorentz = make(.lorentz, s)
        factors.multiply(lorentz, 1)
      }
      if below > pairs + single {
        let cauchy = make(.cauchy, s)
        factors.multiply(cauchy, below - pairs - single)
      }
      return true
    }
    return false
  }

  mutating func logOfSquare(_ node: NodeID) -> NodeID? {
    var form = linearForm(of: operand(node))
    if isOperation(node, .log1p) { form.constant += 1 }
    guard let (constant, scale, base, half) = shiftedSquare(form) else { return nil }
    let exponent = number(half)
    let power = half == 1 ? base : make(.power, base, exponent)
    let s = scaled(power, by: scale)
    let value = make(.log1pSquare, s)
    guard constant != 1 else { return value }
    let shift = number(Double.log(constant))
    return make(.add, value, shift)
  }
}
