import Foundation
import Testing

/// A function of Moré, Garbow and Hillstrom (ACM TOMS 7, 1981), a sum of squares: its standard start
/// and the values at its minima.
struct MinimisationCase: Sendable, CustomTestStringConvertible {
  let id: String
  /// Definitions of the start and of `E`.
  let program: String
  let minima: [Double]
  var testDescription: String { id }

  static let all: [MinimisationCase] = {
    let files = (try? TestFiles.names(in: "Tests/Fixtures/mgh", ending: ".json")) ?? []
    return files.compactMap { try? MinimisationCase(file: $0) }
  }()

  private init(file: String) throws {
    let text = try TestFiles.text(of: "Tests/Fixtures/mgh/\(file)")
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    id = object["id"] as? String ?? file
    let names = object["variables"] as? [String] ?? []
    let start = zip(names, TypedCase.numbers(in: object["start"])).map { "\($0) = \($1)" }
    let squares = (object["residuals"] as? [String] ?? []).map { "(\($0))^2" }
    program = start.joined(separator: "\n") + "\nE = " + squares.joined(separator: " + ")
    minima = (object["known_minima"] as? [[String: Any]] ?? []).map {
      TypedCase.numbers(in: $0["f"])[0]
    }
  }

  /// Minimises from the standard start and compares the value with those known.
  func check(method: String) throws {
    let replay = Replay("\(program)\n:minimize E method=\(method) iters=3000 tol=1e-9")
    try #require(replay.errorText == "")
    let line = try #require(
      replay.json.split(separator: "\n").last { $0.hasPrefix("{\"command\":\"minimize\"") })
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    let value = TypedCase.numbers(in: object["value"])[0]
    #expect(
      minima.contains { abs(value - $0) <= 1e-5 * $0 + 1e-10 }, "\(id) \(method): \(value)")
    #expect(object["converged"] as? Bool == true, "\(id) \(method): \(object["reason"] ?? "")")
  }
}
