import Expr
import Testing

@testable import DiffREPL

/// Every lesson in `tutorials/` prints exactly what its transcript shows, 80 columns wide.
///
/// With `DIFFREPL_RECORD=1` in the environment transcripts are written anew; the test still fails
/// once for each that changed, so that nothing is recorded unseen.
@Suite struct TutorialTests {
  @Test(arguments: try TestFiles.names(in: "tutorials", ending: ".drepl"))
  func printsItsTranscript(lesson: String) throws {
    let script = try TestFiles.text(of: "tutorials/\(lesson)")
    let replay = Replay(script, settings: RenderSettings(width: 80))
    #expect(replay.errorText == "", "\(lesson) stops")
    try Recording(of: "Tests/Transcripts/\(lesson.dropLast(".drepl".count)).txt")
      .compare(with: replay.text)
  }

  @Test(arguments: try TestFiles.names(in: "Tests/Transcripts", ending: ".txt"))
  func belongsToALesson(transcript: String) throws {
    let lesson = transcript.dropLast(".txt".count) + ".drepl"
    #expect(try TestFiles.names(in: "tutorials", ending: ".drepl").contains(String(lesson)))
  }

  /// What makes a lesson: it echoes, builds on checks of its own, shows a mistake, ends in exercises.
  @Test(arguments: try TestFiles.names(in: "tutorials", ending: ".drepl"))
  func isALesson(lesson: String) throws {
    let lines = try TestFiles.text(of: "tutorials/\(lesson)").split(separator: "\n")
    #expect(lines.first == ":set echo on")
    #expect(lines.contains { $0.hasPrefix("assert ") })
    #expect(lines.contains { $0.hasPrefix(":expect-error ") })
    #expect(lines.contains("# Exercises."))
    #expect(lines.contains { $0.hasPrefix("# 2. ") })
    for line in lines { #expect(DisplayWidth.columns(of: line) <= 97, "\(line)") }
  }

  @Test func tellsWhereATranscriptDiffers() {
    let told = Recording.difference(expected: "a\nb\nc\n", actual: "a\nB\nc\n")
    #expect(told == "line 2:\n  expected: b\n  printed:  B\nline 3 and on:\n  same")
    #expect(Recording.difference(expected: "a\n", actual: "a\n") == nil)
    let longer = Recording.difference(expected: "a\n", actual: "a\nb\n")
    #expect(longer?.contains("printed:  b") == true)
  }
}
