import Foundation
import Testing

/// What `:time` reports; how long anything takes is left to the benchmarks.
@Suite struct TimeCommandTests {
  @Test(arguments: [":time x^2*y", ":time :grad x^2*y", ":time :g x^2*y wrt x"])
  func reportsTheProgram(_ line: String) throws {
    let object = try Replay.answer("x = 3\ny = 2\n\(line)")
    #expect(object["command"] as? String == "time")
    #expect(object["of"] as? String == "x^2*y")
    for key in ["prepare", "value", "gradient", "ratio"] {
      #expect(try #require(object[key] as? Double) > 0, "\(key)")
    }
    for key in ["operations", "bytes", "nodes"] {
      #expect(try #require(object[key] as? Int) > 0, "\(key)")
    }
  }

  @Test func aVectorHasNoGradientToTime() throws {
    let object = try Replay.answer("x = [1, 2]\n:time x.^2")
    #expect(object["value"] is Double)
    #expect(object["gradient"] is NSNull && object["ratio"] is NSNull)
  }

  @Test func aCommandRunsOnACopyOfTheSession() throws {
    let object = try Replay.answer("x = 3\n:time :minimize x^2 step=0.1 iters=5")
    #expect(object["of"] as? String == ":minimize x^2 step=0.1 iters=5")
    #expect(try #require(object["seconds"] as? Double) > 0)
    let replay = Replay("x = 3\n:time :minimize x^2 step=0.1 iters=5\nx\n:undo\n:vars")
    #expect(replay.errorText == "")
    #expect(replay.json.contains(#"{"statement":"x","name":"x","value":3}"#))
  }

  @Test(arguments: [
    (":time :save \"a\"", ":save is not timed"), (":time :time x", ":time is not timed"),
    (":time :foo x", "there is no command :foo"), (":time :", "a command is missing after ':'"),
    (":time :grad [x, x]", "a gradient needs one number"),
    (":time :minimize x^2 stp=1", ":minimize has no option 'stp'"),
    (":grad :grad x", "an expression is missing before ':'"),
  ])
  func refuses(_ line: String, _ message: String) {
    let replay = Replay("x = 3\n\(line)")
    #expect(replay.errors.first?.message.contains(message) == true, "\(replay.errorText)")
  }
}
