import Foundation
import Testing

extension Replay {
  /// What a script answers last, warnings and notes apart: the object that `--json` prints. An error of
  /// the script fails the test.
  static func answer(_ script: String) throws -> [String: Any] {
    let replay = Replay(script)
    try #require(replay.errorText == "")
    let line = try #require(
      replay.json.split(separator: "\n").last {
        !$0.hasPrefix("{\"warning\"") && !$0.hasPrefix("{\"note\"")
      })
    return try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }
}
