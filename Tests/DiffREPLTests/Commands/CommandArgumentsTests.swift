import Testing

@testable import DiffREPL

/// How the line of a command is cut, and what it refuses.
@Suite struct CommandArgumentsTests {
  static let contradictions: [(line: String, says: String)] = [
    (":minimize w^2 method=gd method=adam", "'method=' stands twice: gd and adam"),
    (":minimize w^2 step=.1 step=.2", "'step=' stands twice: .1 and .2"),
    (":minimize w^2 step=.1 iters=3 step=.1", "'step=' stands twice"),
    (":minimize w^2 at w=1, w=2", "'w=' stands twice: 1 and 2"),
    (":grad w^2 at w=1 at w=2", "'at' stands twice: w=1 and w=2"),
    (":fit y ~ a*x over a=1 lower=(a=0,a=1)", "'a=' stands twice: 0 and 1"),
    (":fit y ~ a*x over a=1 over a=2", "'over' stands twice: a=1 and a=2"),
    (":trace w^2 steps=fine steps=named", "'steps=' stands twice: fine and named"),
  ]

  /// A command typed alone shows a line of its own that runs.
  @Test func aCommandAloneOffersALineThatRuns() {
    for command in CommandTable.all {
      let error = Replay(":\(command.name)").errors.first
      guard let hint = error?.hint, hint.hasPrefix("name one: ") else { continue }
      let line = String(hint.dropFirst("name one: ".count))
      #expect(line.hasPrefix(":\(command.name) "), "\(line)")
      #expect(Replay(line).errorText == "", "\(line)")
    }
    let fit = "data t=[0,1,2,3]\ndata y=[1.2,.7,.5,.2]\n:fit y ~ b1*exp(-b2*t) over b1=1, b2=0.1"
    #expect(Replay(fit).errorText == "")
    #expect(Replay(":fit").errors.first?.hint == ":fit y ~ b1*exp(-b2*x) over b1=1, b2=0.1")
  }

  static let lines = "data x=[1,2,3,4]\ndata y=[2,4.1,5.8,8.3]\nw=[1,2]\nE=sum(w.^2)\nq(z)=z^2-2\n"
  /// What is typed, and the hint, which runs where it is a line.
  static let mended: [(line: String, hint: String)] = [
    (":fit y ~ a*x+b over a=1", "over a=1, b=1 gives it a start"),
    (":fit y ~ a*x", "over a=1 gives it a start"),
    (":fit y ~ a1*x + a2 over a1=1", "over a1=1, a2=1 gives it a start"),
    (":fit z ~ a*x over a=1", "data z = [1, 2, 3] is what was observed"),
    (":fit log(z) ~ a*x", "data z = [1, 2, 3] is what was observed"),
    (":fit y = a*x over a=1", ":fit y ~ a*x over a=1"),
    (":fit y == a*x over a=1", ":fit y ~ a*x over a=1"),
    (":fit 2*y = a*x over a=1 iters=9", ":fit 2*y ~ a*x over a=1 iters=9"),
    (":solve z^2-2", "over z=1 gives it a start"),
    (":solve z^2 = 2 over z=1", ":solve z^2 - 2 over z=1"),
    (":solve z = cos(z) over z=1", ":solve z - (cos(z)) over z=1"),
    (":solve z^2 == 2 over z=1", ":solve z^2 - 2 over z=1"),
    (":solve q over z=1", ":solve q(z) over z=1"),
    (":solve z->z^2-2 over z=1", ":solve (z->z^2-2)(z) over z=1"),
    (":solve sin over x=3", ":solve sin(x) over x=3"),
    (":minimize E over w=[5,5]", "at w=[5,5] gives their values"),
    (":grad E wrt w=[5,5]", "at w=[5,5] gives their values"),
  ]

  @Test(arguments: mended.indices)
  func saysWhatToTypeInstead(_ index: Int) {
    let (line, hint) = Self.mended[index]
    let setting = line.hasSuffix("over x=3") ? "" : Self.lines
    let replay = Replay(setting + line)
    #expect(replay.errors.first?.hint == hint, "\(replay.errorText)")
    if hint.hasPrefix(":") { #expect(Replay(setting + hint).errorText == "") }
  }

  @Test(arguments: contradictions.indices)
  func contradictionsAreRefused(_ index: Int) {
    let (line, says) = Self.contradictions[index]
    let replay = Replay("w = 3\ndata x = [1,2,3]\ndata y = [2,4,7]\n\(line)")
    #expect(replay.errorText.contains(says), "\(replay.errorText)")
    #expect(replay.errorText.contains("leave one of them out"))
  }
}
