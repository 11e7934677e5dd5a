import Expr

extension JSONValue {
  /// A scalar as a number, a vector as an array, a matrix as an array of rows, a row as an array that
  /// holds one array; booleans as `true` and `false`.
  init(_ tensor: Tensor) {
    func entry(_ value: Double) -> JSONValue {
      tensor.isBoolean ? .bool(value != 0) : .number(value)
    }
    switch tensor.shape.rank {
    case 0: self = entry(tensor.elements[0])
    case 1: self = .array(tensor.elements.map(entry))
    default:
      let columns = tensor.shape.dimensions.last ?? 0
      let rows = columns == 0 ? 0 : tensor.elements.count / columns
      self = .array(
        (0..<rows).map { row in
          .array(tensor.elements[row * columns..<(row + 1) * columns].map(entry))
        })
    }
  }

  /// Tuples are arrays of their parts, functions objects.
  init(_ value: Value) {
    switch value {
    case .tensor(let tensor): self = JSONValue(tensor)
    case .tuple(let parts): self = .array(parts.map { JSONValue($0) })
    case .string(let text): self = .string(text)
    case .table(let names, let tensor):
      let width = names.count
      let columns = names.enumerated().map { column, name in
        let entries = stride(from: column, to: tensor.elements.count, by: max(1, width)).map {
          JSONValue.number(tensor.elements[$0])
        }
        return (key: name, value: JSONValue.array(entries))
      }
      self = .object([("columns", .object(columns))])
    case .function(let signature): self = .object([("function", .string(signature))])
    }
  }

  /// Whether this is the object of a warning, which a trailing `;` does not silence.
  var isWarning: Bool {
    if case .object(let members) = self { members.first?.key == "warning" } else { false }
  }
}
