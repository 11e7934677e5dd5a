import Foundation
import Testing

/// A reference case that is typed into a session, and what `--json` answers.
struct TypedCase: Sendable, CustomTestStringConvertible {
  let id: String
  let program: String
  /// A command, a key path into its object, and the numbers there, row by row.
  let expected: [(command: String, path: [String], numbers: [Double])]
  let relative: Double
  let absoluteOfMaximum: Double

  var testDescription: String { id }

  /// Types the program, then each command once, and compares.
  func check() throws {
    var answers: [String: Any] = [:]
    for (command, path, wanted) in expected {
      if answers[command] == nil {
        let replay = Replay("\(program)\n\(command)")
        try #require(replay.errorText == "")
        let line = try #require(
          replay.json.split(separator: "\n").last { !$0.hasPrefix("{\"warning\"") })
        answers[command] = try JSONSerialization.jsonObject(with: Data(line.utf8))
      }
      var place = answers[command]
      for key in path { place = (place as? [String: Any])?[key] }
      let got = Self.numbers(in: place)
      let scale = wanted.lazy.map { abs($0) }.max() ?? 0
      let differs = zip(got, wanted).first {
        !($0 == $1 || abs($0 - $1) <= relative * abs($1) + absoluteOfMaximum * scale)
      }
      #expect(got.count == wanted.count, "\(command) \(path): \(got.count) numbers")
      #expect(differs == nil, "\(command) \(path): \(differs?.0 ?? 0), not \(differs?.1 ?? 0)")
    }
  }

  /// The numbers of nested arrays in reading order.
  static func numbers(in value: Any?) -> [Double] {
    if let array = value as? [Any] { return array.flatMap(numbers) }
    return (value as? NSNumber).map { [$0.doubleValue] } ?? [.nan]
  }

  /// An array as it is typed; a matrix by `reshape`, which also writes those of one column.
  static func typed(_ value: Any?, shape: [Int]) -> String {
    let entries = numbers(in: value).map { "\($0)" }
    if shape.isEmpty { return entries[0] }
    let vector = "[" + entries.joined(separator: ", ") + "]"
    return shape.count == 2 ? "reshape(\(vector), \(shape[0]), \(shape[1]))" : vector
  }
}
