import Foundation

/// Reference data in `Tests/Fixtures`.
enum Fixture {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// One JSON object for each line of a file; an unreadable file or line is a programmer error.
  static func lines(_ path: String) -> [[String: Any]] {
    guard let text = try? String(contentsOf: folder.appending(path: path), encoding: .utf8) else {
      preconditionFailure("Tests/Fixtures/\(path) is missing")
    }
    return text.split(separator: "\n").map { line in
      guard let row = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      else { preconditionFailure("no JSON object in \(path): \(line)") }
      return row
    }
  }

  /// A JSON number, or one of the strings `inf`, `-inf`, `nan`.
  static func number(_ value: Any?) -> Double {
    switch value {
    case let number as NSNumber: number.doubleValue
    case "inf" as String: .infinity
    case "-inf" as String: -.infinity
    default: .nan
    }
  }

  /// Whether |got - wanted| ≤ relative·|wanted| + absolute; infinities and nan agree with their like.
  static func agrees(
    _ got: Double, _ wanted: Double, relative: Double, absolute: Double
  ) -> Bool {
    if wanted.isNaN { return got.isNaN }
    return got == wanted || abs(got - wanted) <= relative * abs(wanted) + absolute
  }
}
