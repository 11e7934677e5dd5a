extension Primitive {
  /// Running sums: y_k = x_1 + … + x_k, over everything row by row or along `dim=`. The transpose runs
  /// from the other end.
  static let cumulative: [Primitive] = [
    runningSum("cumsum", "running sums", transpose: .cumsumReversed, fromEnd: false),
    runningSum("cumsumReversed", "running sums from the end", transpose: .cumsum, fromEnd: true),
  ]

  private static func runningSum(
    _ name: String, _ summary: String, transpose: Symbol, fromEnd: Bool
  ) -> Primitive {
    Primitive(
      name, summary, isFunction: !fromEnd, arity: 1...1, takesAxis: true,
      shape: ShapeRules.preserving,
      evaluation: .kernel { arguments in
        arguments.forEachGroup { _, offset, stride, count in
          var sum = 0.0
          let isStopped = stretches(count) { steps in
            for step in steps {
              let place = offset + (fromEnd ? count - 1 - step : step) * stride
              sum += arguments.inputs[0][place]
              arguments.output[place] = sum
            }
          }
          if isStopped { arguments.fail(.interrupted) }
        }
      },
      derivative: .linear { graph, node, adjoint in
        graph.apply(Primitive[transpose], [adjoint], graph.attribute(of: node))
      },
      work: .reduction(fold: ScalarWork.additions))
  }
}
