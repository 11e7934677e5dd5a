#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
import Expr

enum SaveCommand: Command {
  static let name = "save"
  static let usesFiles = true
  static let summary = "write the session's names to a file that :load reads"
  static let usage = ":save file (:save! overwrites)"
  static let examples = [":expect-error :save"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let path = try arguments.fileName()
    let text = session.script
    let flags = O_WRONLY | O_CREAT | (arguments.isForced ? O_TRUNC : O_EXCL)
    let descriptor = open(path, flags, 0o644)
    guard descriptor >= 0 else {
      let reason = errno
      throw Diagnostic(
        "cannot write '\(path)': \(String(cString: strerror(reason)))", at: arguments.span,
        hint: reason == EEXIST ? ":save! \(path) overwrites it" : nil)
    }
    defer { close(descriptor) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard written > 0 else {
        throw Diagnostic(
          "cannot write '\(path)': \(String(cString: strerror(errno)))", at: arguments.span)
      }
      bytes = bytes.dropFirst(written)
    }
    return Output(
      blocks: [.line(StyledText("saved \(session.environment.all.count) names to \(path)"))],
      json: [.object([("command", .string(name)), ("file", .string(path))])])
  }
}

extension Session {
  /// Statements that make this session's names again, values to the last digit.
  var script: String {
    let format = ValueFormat(digits: 17)
    var lines: [String] = []
    for entry in environment.all {
      switch entry.binding {
      case .leaf(_, let value, let isData):
        lines.append("\(isData ? "data " : "")\(entry.name) = \(format.statement(value));")
      case .function(let function): lines.append("\(function.text);")
      case .definition(let definition):
        lines.append("\(definition.isData ? "data " : "")\(entry.name) = \(definition.text);")
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

extension ValueFormat {
  /// A value as an expression that reads back to it.
  fileprivate func statement(_ value: Value) -> String {
    switch value {
    case .tensor(let tensor), .table(_, let tensor): statement(tensor)
    case .tuple(let parts):
      "(" + parts.map(statement).joined(separator: ", ") + (parts.count == 1 ? ",)" : ")")
    case .string(let text): "\"\(text)\""
    case .function(let signature): signature
    }
  }

  private func statement(_ value: Tensor) -> String {
    func entries(_ slice: ArraySlice<Double>) -> String {
      slice.map { value.isBoolean ? ($0 != 0 ? "1==1" : "1==0") : numbers.string($0) }
        .joined(separator: ", ")
    }
    let elements = value.elements[...]
    switch value.shape.rank {
    case 0: return entries(elements)
    case 1: return "[\(entries(elements))]"
    default:
      if value.shape.isRow { return "[\(entries(elements))]'" }
      let columns = value.shape.dimensions[1]
      let rows = stride(from: 0, to: elements.count, by: max(1, columns)).map {
        entries(elements[$0..<$0 + columns])
      }
      return "[\(rows.joined(separator: "; "))]"
    }
  }
}
