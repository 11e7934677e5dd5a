/// Products and their directional derivatives, through polynomials in ε₁ … ε_m with εᵢ² = 0: the
/// coefficient of ε₁⋯ε_m in Π (xₖ + Σ εᵢ vᵢₖ) is Dᵐ(Π xₖ)[v₁, …, v_m].
extension KernelArguments {
  /// The number of directions m; the first input is x itself.
  private var directions: Int { inputs.count - 1 }

  func directionalProducts() {
    forEachGroup { group, offset, stride, count in
      var product = NilpotentPolynomial(one: directions)
      let isStopped = stretches(count) { positions in
        for position in positions { product.multiply(by: factor(offset + position * stride)) }
      }
      if isStopped { return fail(.interrupted) }
      output[group] = product.top
    }
  }

  /// Entry j leaves the factor of xⱼ out: prefix products times suffix products.
  func productGradients() {
    forEachGroup { _, offset, stride, count in
      var prefixes = [NilpotentPolynomial(one: directions)]
      var isStopped = stretches(count) { positions in
        for position in positions {
          var next = prefixes[position]
          next.multiply(by: factor(offset + position * stride))
          prefixes.append(next)
        }
      }
      if isStopped { return fail(.interrupted) }
      var suffix = NilpotentPolynomial(one: directions)
      isStopped = stretches(count) { steps in
        for step in steps {
          let position = count - 1 - step
          output[offset + position * stride] = prefixes[position].top(times: suffix)
          suffix.multiply(by: factor(offset + position * stride))
        }
      }
      if isStopped { fail(.interrupted) }
    }
  }

  private func factor(_ offset: Int) -> (constant: Double, slopes: [Double]) {
    (inputs[0][offset], inputs.dropFirst().map { $0[offset] })
  }
}

/// A polynomial in m variables whose squares are 0: one coefficient for each set of variables, the
/// set written in the bits of its index.
private struct NilpotentPolynomial {
  private var coefficients: [Double]

  init(one variables: Int) {
    coefficients = Array(repeating: 0, count: 1 << variables)
    coefficients[0] = 1
  }

  /// The coefficient of the product of all variables.
  var top: Double { coefficients[coefficients.count - 1] }

  /// Multiplies by constant + Σ εᵢ slopeᵢ: larger sets first, since they read the smaller ones.
  mutating func multiply(by factor: (constant: Double, slopes: [Double])) {
    for set in coefficients.indices.reversed() {
      var sum = coefficients[set] * factor.constant
      for variable in factor.slopes.indices where set & (1 << variable) != 0 {
        sum += coefficients[set ^ (1 << variable)] * factor.slopes[variable]
      }
      coefficients[set] = sum
    }
  }

  func top(times other: NilpotentPolynomial) -> Double {
    let all = coefficients.count - 1
    return coefficients.indices.reduce(0) { $0 + coefficients[$1] * other.coefficients[all ^ $1] }
  }
}
