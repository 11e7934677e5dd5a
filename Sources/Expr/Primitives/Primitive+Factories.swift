extension Primitive {
  /// A function of one number, applied entry by entry.
  ///
  /// - Parameter partial: its derivative in `.x` and `.result`; nil for piecewise constant ones.
  static func elementwise(
    _ name: String, _ summary: String, aliases: [String] = [], isFunction: Bool = true,
    value: @escaping @Sendable (Double) -> Double, partial: Formula?, yieldsBoolean: Bool = false,
    notation: Notation = .call, samples: [Double], edges: [Double] = [], kink: Kink? = nil,
    domain: Domain? = nil
  ) -> Primitive {
    Primitive(
      name, summary, aliases: aliases, isFunction: isFunction, arity: 1...1,
      shape: ShapeRules.elementwise, evaluation: .unary(value),
      derivative: partial.map { .elementwise([$0]) } ?? .zero, yieldsBoolean: yieldsBoolean,
      notation: notation, samples: samples.map { [$0] }, edges: edges, kink: kink,
      domain: domain)
  }

  /// A function of two numbers, applied entry by entry with broadcasting.
  static func elementwise(
    _ name: String, _ summary: String, aliases: [String] = [], shown: String? = nil,
    isFunction: Bool = true, value: @escaping @Sendable (Double, Double) -> Double,
    partials: [Formula]?,
    alone: [Formula]? = nil, yieldsBoolean: Bool = false, notation: Notation = .call,
    samples: [[Double]], edges: [Double] = [], kink: Kink? = nil, domain: Domain? = nil
  ) -> Primitive {
    Primitive(
      name, summary, aliases: aliases, shown: shown, isFunction: isFunction, arity: 2...2,
      shape: ShapeRules.elementwise, evaluation: .binary(value),
      derivative: partials.map { .elementwise($0, alone: alone) } ?? .zero,
      yieldsBoolean: yieldsBoolean, notation: notation, samples: samples, edges: edges, kink: kink,
      domain: domain)
  }

  /// A reduction of one array to a number, or along an axis to a row or a column.
  ///
  /// - Parameter value: of the entries one after the other.
  static func reduction(
    _ name: String, _ summary: String,
    value: @escaping @Sendable (StridedEntries) -> Double, gradient: Formula,
    samples: [[Double]] = [[0.3, -1.2, 2.5]], edges: [Double] = [], kink: Kink? = nil,
    work: WorkRule
  ) -> Primitive {
    Primitive(
      name, summary, arity: 1...1, takesAxis: true, shape: ShapeRules.reduction,
      evaluation: .kernel { $0.reduce(value) }, derivative: .reduction(gradient: gradient),
      samples: samples, edges: edges, kink: kink, work: work)
  }
}
