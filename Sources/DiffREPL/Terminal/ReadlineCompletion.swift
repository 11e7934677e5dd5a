import CReadline

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The way from readline's TAB to a `Completer`.
enum ReadlineCompletion {
  /// Makes readline ask `completer` from here on. Main thread only, as all of readline.
  static func use(_ completer: Completer) {
    activeCompleter = completer
    rl_attempted_completion_function = completions
    rl_completion_word_break_hook = wordBreaks
  }
}

// C callbacks capture nothing, so what they need is global. Safe without protection: readline calls
// back only from inside calls that ReadlineReader makes, on the main thread, one at a time.
private nonisolated(unsafe) var activeCompleter = Completer()
/// The completions of one word that readline has not fetched yet, last first.
private nonisolated(unsafe) var pendingMatches: [String] = []

// Never written to, never freed: readline only reads them.
private nonisolated(unsafe) let expressionBreaks = strdup(" \t\n\"'+-*/^.,;:=<>()[]{}@|&!~%#")
private nonisolated(unsafe) let fileNameBreaks = strdup(" \t\n\"'>")

private let wordBreaks: @convention(c) () -> UnsafeMutablePointer<CChar>? = {
  guard let line = lineUpToCursor() else { return expressionBreaks }
  return activeCompleter.completion(of: line) == .fileName ? fileNameBreaks : expressionBreaks
}

private let completions:
  @convention(c) (UnsafePointer<CChar>?, Int32, Int32)
    -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = { word, start, _ in
      rl_attempted_completion_over = 1
      guard let line = lineUpToCursor() else { return nil }
      switch activeCompleter.completion(of: line) {
      case .fileName:
        rl_attempted_completion_over = 0
        return nil
      case .words(let words, let ownStart, let isCommand):
        rl_completion_append_character = isCommand ? Int32(UInt8(ascii: " ")) : 0
        pendingMatches = replacements(words, from: ownStart, forWordAt: Int(start), in: line)
        return rl_completion_matches(word, nextMatch)
      }
    }

private let nextMatch:
  @convention(c) (UnsafePointer<CChar>?, Int32) -> UnsafeMutablePointer<CChar>? =
    { _, _ in pendingMatches.popLast().flatMap { strdup($0) } }

/// What is typed before the cursor; nil if it is not UTF-8, where offsets would not agree.
private func lineUpToCursor() -> String? {
  guard let line = rl_line_buffer else { return nil }
  let bytes = UnsafeBufferPointer(start: line, count: Int(max(0, rl_point)))
  return String(validating: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// The words, meant for the bytes from `ownStart` on, as replacements for what readline takes for
/// the word, which may begin before or after that.
private func replacements(
  _ words: [String], from ownStart: Int, forWordAt start: Int, in line: String
) -> [String] {
  let bytes = Array(line.utf8)
  if ownStart >= start {
    let kept = String(decoding: bytes[start..<ownStart], as: UTF8.self)
    return words.map { kept + $0 }
  }
  let typed = String(decoding: bytes[ownStart..<start], as: UTF8.self)
  return words.filter { $0.hasPrefix(typed) }.map { String($0.dropFirst(typed.count)) }
}
