/// Where statements come from: the prompt or a script.
protocol LineReader {
  /// What files and errors call this input: `<prompt>`, `<stdin>`, `lesson.drepl`.
  var name: String { get }

  /// The next line without its newline; `isContinuation` asks for the rest of an unfinished statement.
  mutating func nextLine(isContinuation: Bool) -> LineEvent
}

enum LineEvent: Equatable {
  /// One line (or, at the prompt, a pasted block of several) and the number of its first line.
  case line(String, number: Int)
  /// Ctrl-C at the prompt: what was typed so far is dropped.
  case interrupted
  case endOfInput
}
