import Expr

/// What the commands of derivatives print and report alike.
extension Target {
  /// `f = …` where `at` moved the point; otherwise the value is known.
  func valueBlocks(_ value: Tensor, _ arguments: CommandArguments) -> [Output.Block] {
    guard arguments.clause("at") != nil else { return [] }
    return [.value(name: StyledText(functionName, .name), .tensor(value))]
  }

  /// One line for each variable, `symbol` made of the name of the function and its own.
  func blocks(
    _ values: [Tensor], symbol: (_ function: String, Name) -> String
  ) -> [Output.Block] {
    let function = functionName
    return zip(variables, values).map { variable, value in
      .value(name: StyledText(symbol(function, variable.name), .adjoint), .tensor(value))
    }
  }

  /// `{"w0":…,"w1":…}`: tensors, one for each variable, under the names varied.
  func members(_ values: [Tensor]) -> JSONValue {
    .object(grouped(values).map { ($0.name.spelling, JSONValue($0.value)) })
  }

  /// `{"command":…,"of":…,"value":…, …}`.
  func object(
    _ command: any Command.Type, _ value: Tensor, _ results: [(key: String, value: JSONValue)]
  ) -> JSONValue {
    .object(
      [
        ("command", .string(command.name)), ("of", .string(text)), ("value", JSONValue(value)),
      ] + results)
  }

  /// The entries of all variables, one after the other and each array row by row: `x`, `y[1]`,
  /// `A[1,2]`.
  var entryNames: [String] { entryNames(first: Int.max) }

  /// The names of the first entries only: there may be millions.
  func entryNames(first limit: Int) -> [String] {
    var names: [String] = []
    for variable in variables where names.count < limit {
      let shape = graph.shape(of: variable.node), name = variable.name.spelling
      if shape.isScalar {
        names.append(name)
        continue
      }
      let columns = shape.isMatrix ? shape.dimensions[1] : 0
      for entry in 0..<min(shape.count, limit - names.count) {
        names.append(
          shape.isMatrix
            ? "\(name)[\(entry / columns + 1),\(entry % columns + 1)]" : "\(name)[\(entry + 1)]")
      }
    }
    return names
  }
}
