import Foundation
import Testing

/// A case of the ADBench benchmark (microsoft/ADBench), which is not part of the repository: the
/// recorded value and gradient, and the numbers of its data file.
struct BenchmarkCase {
  private static let folder = "../shared/cases/adbench"

  /// Whether the cases are there; in continuous integration they must be.
  static var isPresent: Bool {
    (try? TestFiles.text(of: "\(folder)/gmm_test.json")) != nil
      || ProcessInfo.processInfo.environment["CI"] == "true"
  }

  let value: Double
  let gradient: [Double]
  private var words: ArraySlice<Substring>

  init(_ name: String) throws {
    let text = try TestFiles.text(of: "\(Self.folder)/\(name).json")
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    value = try #require((object["value"] as? NSNumber)?.doubleValue)
    gradient = TypedCase.numbers(in: object["grad"])
    let data = try TestFiles.text(of: "\(Self.folder)/\(object["data"] as? String ?? "")")
    words = data.split { $0.isWhitespace }[...]
  }

  /// The next number of the file.
  mutating func size() throws -> Int { try #require(Int(words.popFirst() ?? "")) }

  /// The next numbers of the file, as a matrix is typed.
  mutating func matrix(_ rows: Int, _ columns: Int) -> String {
    defer { words = words.dropFirst(rows * columns) }
    let entries = words.prefix(rows * columns).joined(separator: ",")
    return "reshape([\(entries)], \(rows), \(columns))"
  }

  /// The next numbers of the file, as a vector is typed.
  mutating func vector(_ count: Int) -> String {
    defer { words = words.dropFirst(count) }
    return "[" + words.prefix(count).joined(separator: ",") + "]"
  }

  /// Types a program that defines `F` and compares value and gradient to 1e-9.
  func check(_ program: String, wrt names: [String]) throws {
    let command = ":grad F wrt \(names.joined(separator: ", "))"
    let replay = Replay("\(program)\n\(command)")
    try #require(replay.errorText == "")
    let line = try #require(replay.json.split(separator: "\n").last)
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    let slopes = object["grad"] as? [String: Any] ?? [:]
    let got = names.flatMap { TypedCase.numbers(in: slopes[$0]) }
    let number = TypedCase.numbers(in: object["value"])[0]
    #expect(abs(number - value) <= 1e-9 * abs(value), "\(number), not \(value)")
    #expect(got.count == gradient.count)
    let scale = gradient.lazy.map { abs($0) }.max() ?? 0
    let differs = zip(got, gradient).first { abs($0 - $1) > 1e-9 * abs($1) + 1e-12 * scale }
    #expect(differs == nil, "\(differs?.0 ?? 0), not \(differs?.1 ?? 0)")
  }
}
