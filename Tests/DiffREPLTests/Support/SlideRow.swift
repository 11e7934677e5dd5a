import Foundation
import Testing

/// One item of the lectures: what is typed, and numbers and texts to find in the JSON of the last
/// statement or command.
struct SlideRow: Sendable, CustomTestStringConvertible {
  let id: String
  let script: String
  /// A path such as `steps.*.adjoint.value`, where `*` is every element, and the numbers there in
  /// order, arrays written out.
  let numbers: [(path: String, values: [Double])]
  let texts: [(path: String, values: [String])]
  let tolerance: Double

  var testDescription: String { id }

  init(
    _ id: String, _ script: String, _ numbers: [(String, [Double])] = [],
    texts: [(String, [String])] = [], tolerance: Double = 1e-12
  ) {
    self.id = id
    self.script = script
    self.numbers = numbers.map { (path: $0.0, values: $0.1) }
    self.texts = texts.map { (path: $0.0, values: $0.1) }
    self.tolerance = tolerance
  }

  /// Types the script and compares.
  func check() throws {
    let replay = Replay(script)
    try #require(replay.errorText == "")
    let objects = replay.json.split(separator: "\n")
    let last = try #require(
      objects.last { !$0.hasPrefix("{\"warning\"") && !$0.hasPrefix("{\"note\"") })
    let object = try JSONSerialization.jsonObject(with: Data(last.utf8))
    for (path, wanted) in numbers {
      let got = Self.leaves(of: object, path).map { ($0 as? NSNumber)?.doubleValue ?? .nan }
      let agrees = zip(got, wanted).allSatisfy { $0 == $1 || abs($0 - $1) <= tolerance * abs($1) }
      #expect(got.count == wanted.count && agrees, "\(path) is \(got), not \(wanted)")
    }
    for (path, wanted) in texts {
      #expect(Self.leaves(of: object, path).map { $0 as? String } == wanted, "\(path)")
    }
  }

  /// The values at a path, arrays written out.
  private static func leaves(of object: Any, _ path: String) -> [Any] {
    var found: [Any] = [object]
    for key in path.split(separator: ".") {
      found = found.flatMap { value -> [Any] in
        if key == "*" { return value as? [Any] ?? [] }
        if let array = value as? [Any], let index = Int(key) {
          return array.indices.contains(index) ? [array[index]] : []
        }
        return ((value as? [String: Any])?[String(key)]).map { [$0] } ?? []
      }
    }
    while found.contains(where: { $0 is [Any] }) {
      found = found.flatMap { $0 as? [Any] ?? [$0] }
    }
    return found
  }
}
