import Foundation
import Testing

@testable import DiffREPL

/// What holds of every command because it is in the table.
@Suite struct CommandTableTests {
  @Test(arguments: CommandTable.names)
  func examplesRun(_ name: String) throws {
    let command = try #require(CommandTable.all.first { $0.name == name })
    let replay = Replay(command.examples.joined(separator: "\n"))
    #expect(replay.errorText == "")
    for line in replay.json.split(separator: "\n") {
      #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
    }
  }

  @Test(arguments: CommandTable.names)
  func helpTellsItsUsage(_ name: String) throws {
    let command = try #require(CommandTable.all.first { $0.name == name })
    let help = Replay(":help \(name)").text
    #expect(help.contains(command.summary))
    #expect(command.usage.hasPrefix(":\(name)"))
    for example in command.examples { #expect(help.contains(example)) }
  }

  @Test func namesAndAliasesAreUnique() {
    var seen: Set<String> = []
    for command in CommandTable.all {
      for name in [command.name] + command.aliases {
        #expect(seen.insert(name).inserted, "\(name) is there twice")
      }
    }
    #expect(seen.isDisjoint(with: CommandTable.planned))
  }

  @Test(arguments: [
    (":grad x along [1]", ":grad takes no 'along'"), (":tr x", ""), (":s x", ""),
    (":graph x", ":graph comes later: not supported yet"),
    (":de x", ""), (":d x", ":d may be :diff, :data, :delete"),
    (":gard x", "there is no command :gard"),
    (":trace x steps=foo", "'steps=' takes one of slide, fine, named"),
    (":trace x stpes=fine", ":trace has no option 'stpes'"),
    (":grad x --step", ":grad has no flag --step"),
    (":grad x at", "'at' needs something behind it"),
    (":minimize x step=-1", "a step is a number above 0, not -1"),
  ])
  func wordsOfACommandLine(_ line: String, _ message: String) {
    let replay = Replay("x = 3\n" + line)
    #expect((replay.errors.first?.message ?? "") == message)
  }

  /// Every option of every command has help, and those of `:minimize` say what they are.
  @Test func optionsHaveHelp() {
    for command in CommandTable.all {
      for option in command.options {
        #expect(Replay(":help \(option)").errorText == "", "\(option)")
      }
    }
    for option in MinimizeCommand.options {
      #expect(MinimizeCommand.notes.contains { $0.option == option }, "\(option)")
    }
    for word in ["order=", "seed=", "momentum=", "wolfe", "l2(0.1)", "box(0,1)", "nonneg"] {
      #expect(MinimizeCommand.usage.contains(word), "\(word)")
    }
    #expect(Replay(":help methods").text.contains("nesterov"))
    #expect(Replay(":help prox").text.contains("μ‖w‖₁"))
    #expect(Replay(":help momentum").text.contains("heavyball (0.9)"))
  }
}
