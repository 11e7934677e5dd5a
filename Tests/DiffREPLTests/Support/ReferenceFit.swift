import Foundation
import Testing

@testable import DiffREPL

/// Data sets and test functions with certified fits, which stand beside the repository.
struct ReferenceFit: Sendable, CustomTestStringConvertible {
  static let folder = "../shared/cases"

  /// Whether the cases are there; in continuous integration they must be.
  static var arePresent: Bool {
    !names(in: "nist_nls").isEmpty || ProcessInfo.processInfo.environment["CI"] == "true"
  }

  static func names(in part: String, ending: String = ".json") -> [String] {
    (try? TestFiles.names(in: "\(folder)/\(part)", ending: ending)) ?? []
  }

  let name: String
  private let text: String
  var testDescription: String { name }

  init(_ part: String, _ name: String) {
    self.name = name
    text = (try? TestFiles.text(of: "\(Self.folder)/\(part)/\(name)")) ?? "{}"
  }

  static func all(_ part: String, beginning: String = "") -> [ReferenceFit] {
    names(in: part).filter { $0.hasPrefix(beginning) }.map { ReferenceFit(part, $0) }
  }

  var object: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
  }

  func texts(_ key: String) -> [String] { object[key] as? [String] ?? [] }
  func text(_ key: String) -> String { object[key] as? String ?? "" }
  func numbers(_ key: String) -> [Double] { TypedCase.numbers(in: object[key]) }
}

/// What `:fit` answers.
struct FitAnswer {
  let object: [String: Any]
  /// All lines the script gave, warnings among them.
  let lines: String

  init(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let replay = Replay(script)
    #expect(replay.errorText == "", sourceLocation: sourceLocation)
    lines = replay.json
    let line = try #require(
      lines.split(separator: "\n").last { $0.contains("\"command\":\"") },
      sourceLocation: sourceLocation)
    object = try #require(
      JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
      sourceLocation: sourceLocation)
  }

  func numbers(_ key: String, _ names: [String]) -> [Double] {
    let part = object[key] as? [String: Any] ?? [:]
    return names.flatMap { TypedCase.numbers(in: part[$0]) }
  }

  func number(_ key: String) -> Double { TypedCase.numbers(in: object[key])[0] }
  var converged: Bool { object["converged"] as? Bool ?? false }
  var reason: String { object["reason"] as? String ?? "" }
}

/// The fewest digits in which numbers agree with what is wanted; 0 is met by 0 only, up to 1e-9.
func digits(_ got: [Double], _ wanted: [Double]) -> Double {
  guard got.count == wanted.count else { return -1 }
  return zip(got, wanted).map { pair in
    let (a, b) = pair
    if a == b { return 16 }
    return -log10(b == 0 ? abs(a) : abs(a - b) / abs(b))
  }.min() ?? -1
}
